/** Answers of a broker as kafkajs decodes them. `errorCode` 0 is success. */

export interface PartitionMetadata {
  readonly partitionErrorCode: number;
  readonly partitionId: number;
  /** Node id, or -1 while there is no leader. */
  readonly leader: number;
  readonly isr: readonly number[];
  readonly replicas: readonly number[];
}

export interface TopicMetadata {
  readonly topicErrorCode: number;
  readonly topic: string;
  readonly isInternal?: boolean;
  readonly partitionMetadata: readonly PartitionMetadata[];
}

export interface MetadataResponse {
  readonly brokers: readonly { readonly nodeId: number; readonly host: string; readonly port: number }[];
  readonly controllerId: number;
  /** Sent by brokers since 0.10.1. */
  readonly clusterId?: string | null;
  readonly topicMetadata: readonly TopicMetadata[];
}

export interface ProducedPartition {
  readonly partition: number;
  readonly errorCode: number;
  /** Decimal; negative if no record was stored. */
  readonly baseOffset: string;
}

export interface ProduceResponse {
  readonly topics: readonly { readonly topicName: string; readonly partitions: readonly ProducedPartition[] }[];
  /** Throttle time of the broker's quota, in ms. */
  readonly clientSideThrottleTime?: number;
}

export interface CreateTopicsResponse {
  readonly topicErrors: readonly {
    readonly topic: string;
    readonly errorCode: number;
    readonly errorMessage?: string | null;
  }[];
}

export interface ConfigsResponse {
  readonly resources: readonly {
    readonly errorCode: number;
    readonly resourceName: string;
    readonly configEntries: readonly {
      readonly configName: string;
      readonly configValue: string | null;
      /** Source of the value; 1 is the topic itself. */
      readonly configSource?: number;
    }[];
  }[];
}

export interface TopicConfigs {
  readonly name: string;
  readonly configEntries: readonly { readonly name: string; readonly value: string | null }[];
}

export interface AlterConfigsResponse {
  readonly resources: readonly { readonly errorCode: number; readonly errorMessage?: string | null }[];
}

export interface OffsetsResponse {
  readonly responses: readonly {
    readonly topic: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly errorCode: number;
      readonly offset: string;
    }[];
  }[];
}

export interface FetchedMessage {
  readonly offset: string;
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer | readonly Buffer[] | null>>;
  readonly isControlRecord?: boolean;
}

export interface FetchedPartition {
  readonly partition: number;
  readonly errorCode: number;
  readonly highWatermark: string;
  readonly messages: readonly FetchedMessage[];
}

export interface FetchResponse {
  readonly responses: readonly { readonly topicName: string; readonly partitions: readonly FetchedPartition[] }[];
}

export interface CoordinatorResponse {
  readonly errorCode: number;
  readonly coordinator: { readonly host: string; readonly port: number };
}

export interface JoinGroupResponse {
  readonly errorCode: number;
  readonly generationId: number;
  readonly leaderId: string;
  readonly memberId: string;
  /** Only in the leader's answer. */
  readonly members: readonly { readonly memberId: string; readonly memberMetadata: Buffer }[];
}

export interface SyncGroupResponse {
  readonly errorCode: number;
  readonly memberAssignment: Buffer | null;
}

export interface GroupOffsetsResponse {
  /** Error of the whole answer. */
  readonly errorCode?: number;
  readonly responses: readonly {
    readonly topic: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly errorCode: number;
      /** -1: no offset was committed. Only in answers to a fetch. */
      readonly offset?: string;
    }[];
  }[];
}
