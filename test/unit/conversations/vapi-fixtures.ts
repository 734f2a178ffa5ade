/** An end-of-call report as Vapi sends it, with other members of the message as given. */
export const vapiReport = (members: Record<string, unknown> = {}): { message: Record<string, unknown> } => ({
  message: {
    type: 'end-of-call-report',
    timestamp: 1_767_261_730_000,
    endedReason: 'customer-ended-call',
    startedAt: '2026-01-01T10:00:00.000Z',
    endedAt: '2026-01-01T10:02:05.400Z',
    cost: 0.21,
    call: {
      id: '5fe26c8e-0000-4000-8000-000000000001',
      orgId: 'org-1',
      type: 'inboundPhoneCall',
      status: 'ended',
      assistantId: 'asst-1',
      phoneNumberId: 'pn-1',
      createdAt: '2026-01-01T09:59:58.000Z',
    },
    customer: { number: '+14155550123', name: 'Alice', email: 'alice@example.com', externalId: 'cus_42' },
    phoneNumber: { provider: 'twilio', number: '+14155550199' },
    assistant: { name: 'Front desk', metadata: { customer_id: 'cus_42' } },
    analysis: { summary: 'Alice asked for a demo.', structuredData: { leadStatus: 'Qualified', budget: null }, successEvaluation: 'true' },
    artifact: {
      transcript: 'AI: Hello\nUser: Hi\n',
      messages: [
        { role: 'system', message: 'You are a front desk.', time: 1_767_261_600_000, secondsFromStart: 0 },
        { role: 'bot', message: 'Hello', time: 1_767_261_600_500, secondsFromStart: 0.5, duration: 600 },
        { role: 'user', message: 'Hi', time: 1_767_261_602_000, secondsFromStart: 2, duration: 600 },
        { role: 'tool_calls', toolCalls: [], time: 1_767_261_603_000, secondsFromStart: 3 },
        { role: 'tool_call_result', name: 'slots', result: 'Monday', time: 1_767_261_604_000, secondsFromStart: 4 },
      ],
      recordingUrl: 'https://example.com/rec.wav',
      recording: { stereoUrl: 'https://example.com/s.wav', mono: { combinedUrl: 'https://example.com/m.wav' } },
      structuredOutputs: {
        '2f9d0c1e-0000-4000-8000-0000000000aa': { name: 'Customer Info', result: { firstName: 'Alice', email: null } },
        '2f9d0c1e-0000-4000-8000-0000000000bb': { name: 'Wants demo', result: true },
        '2f9d0c1e-0000-4000-8000-0000000000cc': { name: 'Skipped', result: null },
      },
      presignedMonoUrl: 'https://example.com/m.wav?sig=x',
      presignedUrlsExpiresAt: '2026-01-01T11:02:06.000Z',
    },
    ...members,
  },
});
