/** An analysed inbound call as Retell sends it, with other members as given. */
export const retellCall = (members: Record<string, unknown> = {}): Record<string, unknown> => ({
  call_id: 'call_7f0a1b2c3d4e5f60718293a4b5c6d7e8',
  call_type: 'phone_call',
  call_status: 'ended',
  agent_id: 'agent_0123456789abcdef',
  agent_version: 4,
  agent_name: 'Front desk',
  direction: 'inbound',
  from_number: '+14155550123',
  to_number: '+14155550199',
  start_timestamp: 1_767_261_600_000,
  end_timestamp: 1_767_261_725_400,
  duration_ms: 125_400,
  transcript: 'Agent: Hello\nUser: Hi\n',
  transcript_object: [
    { role: 'agent', content: 'Hello', words: [{ word: 'Hello', start: 0.4, end: 0.8 }] },
    { role: 'user', content: 'Hi', words: [{ word: 'Hi', start: 1.5, end: 1.7 }] },
    { role: 'transfer_target', content: 'Sales, hello', words: [] },
  ],
  recording_url: 'https://example.com/rec/1.wav',
  public_log_url: 'https://example.com/log/1.txt',
  disconnection_reason: 'user_hangup',
  metadata: { customer_id: 'cus_42' },
  retell_llm_dynamic_variables: { first_name: 'Alice' },
  call_analysis: {
    call_summary: 'Alice asked for a demo.',
    user_sentiment: 'Positive',
    call_successful: true,
    in_voicemail: false,
    custom_analysis_data: { lead_qualification_status: 'Qualified', seats: 25, wants_demo: true, budget: null },
  },
  call_cost: { combined_cost: 31.5 },
  ...members,
});

/** The same without the members named: what Retell leaves out. */
export const without = (source: Record<string, unknown>, ...names: string[]): Record<string, unknown> =>
  Object.fromEntries(Object.entries(source).filter(([name]) => !names.includes(name)));

/** A call that nobody answered: neither a start nor anything that was said. */
export const unansweredCall = (members: Record<string, unknown> = {}): Record<string, unknown> =>
  without(
    retellCall({ direction: 'outbound', call_status: 'not_connected', disconnection_reason: 'dial_no_answer', ...members }),
    ...['start_timestamp', 'end_timestamp', 'duration_ms', 'transcript', 'transcript_object', 'recording_url'].filter(
      (name) => !Object.hasOwn(members, name),
    ),
  );

export const retellChat = (members: Record<string, unknown> = {}): Record<string, unknown> => ({
  chat_id: 'chat_0a1b2c3d4e5f',
  chat_type: 'sms_chat',
  chat_status: 'ended',
  agent_id: 'agent_chat_1',
  start_timestamp: 1_767_261_600_000,
  end_timestamp: 1_767_263_400_000,
  transcript: 'User: hi\nAgent: hello',
  message_with_tool_calls: [
    { message_id: 'm1', role: 'user', content: 'hi', created_timestamp: 1_767_261_600_000 },
    { role: 'node_transition', former_node_id: 'a', new_node_id: 'b' },
    { message_id: 'm2', role: 'agent', content: 'hello', created_timestamp: 1_767_261_605_000 },
  ],
  metadata: { phone: '+14155550123' },
  chat_analysis: { chat_summary: 'Asked for the price.', user_sentiment: 'Neutral', chat_successful: true, custom_analysis_data: {} },
  ...members,
});
