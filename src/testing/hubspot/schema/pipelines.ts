/** A stage as the test gives it. */
export interface StageSpec {
  readonly id: string;
  readonly label?: string;
  /** Of a deal, 0 to 1: `1` is won, and `0` with `closed` lost. */
  readonly probability?: number;
  /** Records in it are done. */
  readonly closed?: boolean;
}

export interface PipelineSpec {
  readonly id: string;
  readonly label?: string;
  readonly stages: readonly StageSpec[];
}

export interface Stage {
  readonly id: string;
  readonly label: string;
  /** Text, as everything in it: `isClosed`, `probability`, `ticketState`. */
  readonly metadata: Readonly<Record<string, string>>;
}

export interface Pipeline {
  readonly id: string;
  readonly label: string;
  readonly stages: readonly Stage[];
}

const SALES: PipelineSpec = {
  id: 'default',
  label: 'Sales Pipeline',
  stages: [
    { id: 'appointmentscheduled', label: 'Appointment Scheduled', probability: 0.2 },
    { id: 'qualifiedtobuy', label: 'Qualified To Buy', probability: 0.4 },
    { id: 'presentationscheduled', label: 'Presentation Scheduled', probability: 0.6 },
    { id: 'decisionmakerboughtin', label: 'Decision Maker Bought-In', probability: 0.8 },
    { id: 'contractsent', label: 'Contract Sent', probability: 0.9 },
    { id: 'closedwon', label: 'Closed Won', probability: 1, closed: true },
    { id: 'closedlost', label: 'Closed Lost', probability: 0, closed: true },
  ],
};

const SUPPORT: PipelineSpec = {
  id: '0',
  label: 'Support Pipeline',
  stages: [
    { id: '1', label: 'New' },
    { id: '2', label: 'Waiting on contact' },
    { id: '3', label: 'Waiting on us' },
    { id: '4', label: 'Closed', closed: true },
  ],
};

/** By object: HubSpot's own pipeline first, then those of the portal. */
export function pipelinesOf(given: Readonly<Record<string, readonly PipelineSpec[]>>): Readonly<Record<string, readonly Pipeline[]>> {
  for (const object of Object.keys(given)) {
    if (object !== 'deals' && object !== 'tickets')
      throw new TypeError(`fakeHubSpot: ${object} have no pipelines; deals and tickets have.`);
  }
  return {
    deals: [SALES, ...(given['deals'] ?? [])].map((spec) => pipeline(spec, dealMetadata)),
    tickets: [SUPPORT, ...(given['tickets'] ?? [])].map((spec) => pipeline(spec, ticketMetadata)),
  };
}

function pipeline({ id, label, stages }: PipelineSpec, metadataOf: (stage: StageSpec) => Readonly<Record<string, string>>): Pipeline {
  return {
    id,
    label: label ?? id,
    stages: stages.map((stage) => ({ id: stage.id, label: stage.label ?? stage.id, metadata: metadataOf(stage) })),
  };
}

const dealMetadata = ({ closed = false, probability = 0.5 }: StageSpec): Readonly<Record<string, string>> => ({
  isClosed: String(closed),
  probability: Number.isInteger(probability) ? probability.toFixed(1) : String(probability),
});

const ticketMetadata = ({ closed = false }: StageSpec): Readonly<Record<string, string>> => ({ ticketState: closed ? 'CLOSED' : 'OPEN' });
