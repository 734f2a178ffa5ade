/** The data of a finished phone call as ElevenLabs sends it, with other members as given. */
export const elevenLabsData = (members: Record<string, unknown> = {}): Record<string, unknown> => ({
  agent_id: 'agent_9k',
  agent_name: 'Front desk',
  conversation_id: 'conv_01abc',
  status: 'done',
  user_id: 'cus_42',
  has_audio: true,
  transcript: [
    { role: 'agent', message: 'Hello', time_in_call_secs: 0, tool_calls: null, tool_results: null },
    { role: 'user', message: 'Hi', time_in_call_secs: 2, tool_calls: null, tool_results: null },
    { role: 'agent', message: null, time_in_call_secs: 3, tool_calls: [{ tool_name: 'slots' }], tool_results: [] },
  ],
  metadata: {
    start_time_unix_secs: 1_767_261_600,
    accepted_time_unix_secs: 1_767_261_601,
    call_duration_secs: 125,
    cost: 296,
    termination_reason: 'Call ended by remote party',
    text_only: false,
    timezone: 'Europe/London',
    conversation_initiation_source: 'twilio',
    phone_call: {
      type: 'twilio',
      direction: 'inbound',
      phone_number_id: 'phnum_1',
      agent_number: '+14155550199',
      external_number: '+14155550123',
      call_sid: 'CA00000000000000000000000000000001',
      call_result: 'answered',
    },
  },
  analysis: {
    call_successful: 'success',
    transcript_summary: 'Alice asked for a demo.',
    call_summary_title: 'Demo request',
    evaluation_criteria_results: { greeted: { criteria_id: 'greeted', result: 'success', rationale: '…' } },
    data_collection_results: {
      lead_status: { data_collection_id: 'lead_status', value: 'Qualified', json_schema: { type: 'string' }, rationale: '…' },
      seats: { data_collection_id: 'seats', value: 0 },
      budget: { data_collection_id: 'budget', value: null },
    },
  },
  conversation_initiation_client_data: { dynamic_variables: { first_name: 'Alice', lead_score: 42 } },
  ...members,
});

export const transcription = (members: Record<string, unknown> = {}): Record<string, unknown> => ({
  type: 'post_call_transcription',
  event_timestamp: 1_767_261_730,
  data: elevenLabsData(members),
});

/** A call that could not be made. */
export const initiationFailure = (members: Record<string, unknown> = {}): Record<string, unknown> => ({
  type: 'call_initiation_failure',
  event_timestamp: 1_767_261_730,
  data: {
    agent_id: 'agent_9k',
    conversation_id: 'conv_02abc',
    failure_reason: 'busy',
    metadata: { type: 'twilio', body: { From: '+14155550199', To: '+14155550123', CallStatus: 'busy', Direction: 'outbound-api' } },
    ...members,
  },
});
