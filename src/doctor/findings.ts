/** Everything doctor can find, in one table: how bad it is, why it matters, and what to do where nothing more exact is known. */
export type Severity = 'error' | 'warning' | 'info';

interface Kind {
  readonly severity: Severity;
  readonly why: string;
  readonly fix: string;
}

const SUBSCRIBE = 'Run "hubcast subscribe": it shows what it would set, and sets it.';
const LOST = 'Meta keeps no history: what is not delivered within 7 days is lost.';
const APP_PAGE = 'the Meta app, App settings > Basic';

export const FINDINGS = {
  settings_invalid: {
    severity: 'error',
    why: 'The service does not start with them.',
    fix: 'Correct the settings named above. "hubcast describe settings" lists all of them.',
  },
  secret_is_a_token: {
    severity: 'error',
    why: 'Meta signs with the App Secret; with another key every webhook is refused with 401.',
    fix: `Set META_APP_SECRET to the App Secret (${APP_PAGE}), not to an access token.`,
  },
  secret_is_the_verify_token: {
    severity: 'error',
    why: 'Whoever learns the verify token, which stands in URLs, can sign webhooks; and one of the two is certainly wrong.',
    fix: `Copy the App Secret from ${APP_PAGE}, and choose another text as META_VERIFY_TOKEN.`,
  },
  body_limit_small: {
    severity: 'warning',
    why: 'Meta sends up to 3 MB. Larger bodies than the limit get 413, again and again for 7 days, and are then lost.',
    fix: 'Set MAX_BODY_BYTES to 3145728 or more.',
  },
  graph_version_ended: {
    severity: 'error',
    why: 'Meta answers calls to it with the oldest version that lives, whose answers may differ.',
    fix: 'Set META_GRAPH_VERSION to v26.0.',
  },
  graph_version_ends_soon: {
    severity: 'warning',
    why: 'Afterwards Meta answers with the oldest version that lives, whose answers may differ.',
    fix: 'Set META_GRAPH_VERSION to v26.0.',
  },
  graph_version_old: {
    severity: 'warning',
    why: 'The messaging limit of a number can be read from v24.0 on.',
    fix: 'Set META_GRAPH_VERSION to v24.0 or newer.',
  },
  graph_unreachable: {
    severity: 'error',
    why: 'Phone numbers cannot be looked up, and nothing can be said of app, token and accounts. Webhooks are taken all the same.',
    fix: 'Check META_GRAPH_URL and the way out to it (proxy, DNS, firewall), and https://metastatus.com.',
  },
  graph_throttled: {
    severity: 'warning',
    why: 'Meta answers no further reads for a while, so some checks could not be made.',
    fix: 'Run doctor again later. Other programs with the same app use up the same count.',
  },
  graph_refused: {
    severity: 'error',
    why: 'The check could not be made.',
    fix: "Look up Meta's code at https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes.",
  },
  clock_skewed: {
    severity: 'warning',
    why: 'Receipt times, retention and the age of events are wrong by as much, and certificates may seem invalid.',
    fix: 'Synchronise the clock of this machine (chrony, systemd-timesyncd).',
  },
  app_id_missing: {
    severity: 'warning',
    why: 'Without it neither the subscription of the app nor the token can be checked.',
    fix: `Set META_APP_ID (${APP_PAGE}).`,
  },
  app_credentials_refused: {
    severity: 'error',
    why: 'With a wrong App Secret every webhook is refused with 401. With a wrong app id nothing of the app can be checked.',
    fix: `Copy App ID and App Secret from the same page (${APP_PAGE}) to META_APP_ID and META_APP_SECRET.`,
  },
  token_missing: {
    severity: 'info',
    why: 'Phone numbers cannot be looked up, and accounts cannot be checked.',
    fix: 'Set META_ACCESS_TOKEN to the token of a system user (Business settings > System users) where you want that.',
  },
  token_invalid: {
    severity: 'error',
    why: 'Phone numbers can no longer be looked up, watched or managed.',
    fix: 'Make a new token of a system user (Business settings > System users), without expiry, and set META_ACCESS_TOKEN.',
  },
  token_of_another_app: {
    severity: 'error',
    why: 'Its appsecret_proof is refused, and what it subscribes is another app.',
    fix: 'Make the token for this app (Business settings > System users > Generate token, choose the app), or set META_APP_ID and META_APP_SECRET to those of its app.',
  },
  token_scope_missing: {
    severity: 'error',
    why: 'Numbers and accounts cannot be read, and account and number webhooks are not sent without it.',
    fix: 'Make the token again with the permission whatsapp_business_management.',
  },
  token_messaging_missing: {
    severity: 'warning',
    why: 'Meta sends the field messages only to apps with this permission.',
    fix: 'Make the token again with the permission whatsapp_business_messaging, or leave the family messages out of PUBLISH_FAMILIES.',
  },
  token_account_not_granted: {
    severity: 'error',
    why: 'The account and its numbers cannot be read with this token.',
    fix: 'Give the system user the account as an asset (Business settings > Accounts > WhatsApp accounts > People), then make the token again.',
  },
  token_expires_soon: {
    severity: 'warning',
    why: 'Afterwards numbers can no longer be looked up, watched or managed.',
    fix: 'Make a token of a system user that never expires (Business settings > System users) and set META_ACCESS_TOKEN.',
  },
  proof_refused: {
    severity: 'error',
    why: "Every read with the proof fails, and webhooks of the token's app would be refused with 401.",
    fix: 'Set META_APP_SECRET to the secret of the app the token was made for, or, when they are two apps on purpose, META_APPSECRET_PROOF=off.',
  },
  subscription_missing: { severity: 'error', why: `Meta sends this app nothing. ${LOST}`, fix: SUBSCRIBE },
  subscription_inactive: {
    severity: 'error',
    why: `Meta does not send to it. ${LOST}`,
    fix: 'Verify the callback URL again in the Meta app (WhatsApp > Configuration), or run "hubcast subscribe".',
  },
  callback_differs: { severity: 'error', why: `Meta sends elsewhere. ${LOST}`, fix: SUBSCRIBE },
  fields_missing: {
    severity: 'warning',
    why: `Meta does not send updates of fields that are not subscribed. ${LOST}`,
    fix: `${SUBSCRIBE} Families that you do not want can be left out of PUBLISH_FAMILIES.`,
  },
  fields_undocumented: {
    severity: 'info',
    why: 'Meta has no page about them, or not any more, and may not offer them to your app.',
    fix: 'Nothing has to be done. Where the dashboard offers one that you want, subscribe it there.',
  },
  field_version_ending: {
    severity: 'warning',
    why: 'Each field is sent in the version it was subscribed with; when that ends, its shape may change.',
    fix: 'In the Meta app (WhatsApp > Configuration > Webhook fields) choose the newest version for these fields.',
  },
  field_version_old: {
    severity: 'warning',
    why: 'Before v24.0 business_capability_update tells the limit under another name (max_daily_conversation_per_phone).',
    fix: 'In the Meta app (WhatsApp > Configuration > Webhook fields) choose v24.0 or newer for this field.',
  },
  accounts_missing: {
    severity: 'warning',
    why: 'It cannot be checked whether the app receives the webhooks of your accounts, and numbers are not looked up.',
    fix: 'Set WABA_IDS to the ids of your WhatsApp Business Accounts.',
  },
  account_not_visible: {
    severity: 'error',
    why: 'Its numbers cannot be read. Meta answers alike for what does not exist and what may not be seen.',
    fix: 'Check the id (of a WhatsApp Business Account, not of a number or a portfolio), and give the system user the account as an asset.',
  },
  account_permission_missing: {
    severity: 'error',
    why: 'Its numbers and its subscription cannot be read.',
    fix: 'Give the system user the permission whatsapp_business_management and the account as an asset, then make the token again.',
  },
  account_not_subscribed: {
    severity: 'error',
    why: `Meta sends nothing of this account, whatever the app's fields are. ${LOST}`,
    fix: SUBSCRIBE,
  },
  account_diverted: {
    severity: 'warning',
    why: "13 fields follow an override, messages and calls among them; they do not come here. Number, name, quality and account events go to the app's callback URL all the same.",
    fix: 'Remove the override: POST /<account>/subscribed_apps without a body; or "hubcast numbers webhook --help".',
  },
  account_empty: {
    severity: 'info',
    why: 'Nothing can come of this account but account events.',
    fix: 'Add a number in WhatsApp Manager, or take the account out of WABA_IDS.',
  },
  number_diverted: {
    severity: 'warning',
    why: "13 fields follow an override, messages and calls among them; they do not come here. Number, name, quality and account events go to the app's callback URL all the same.",
    fix: 'Remove the override: POST /<number> with an empty override_callback_uri; or "hubcast numbers webhook --help".',
  },
  number_not_registered: {
    severity: 'warning',
    why: 'Nobody can write to it or be written to from it. 14 days after it was verified it has to be verified again.',
    fix: 'Register it: "hubcast numbers register <id>" with MANAGEMENT=on, or in WhatsApp Manager.',
  },
  number_not_connected: {
    severity: 'warning',
    why: 'Only a CONNECTED number sends and receives.',
    fix: 'See "hubcast numbers health" for the reason and what to do.',
  },
  callback_not_public: {
    severity: 'error',
    why: `Meta reaches public addresses only. ${LOST}`,
    fix: 'Give the public https URL with --url, as Meta knows it.',
  },
  callback_not_https: {
    severity: 'error',
    why: 'Meta calls https URLs only.',
    fix: 'End TLS at a proxy or at hubcast (TLS_CERT, TLS_KEY), and use the https URL.',
  },
  callback_unreachable: {
    severity: 'error',
    why: `What cannot be reached from here can most likely not be reached by Meta. ${LOST}`,
    fix: 'Check DNS, firewall, proxy, and that "hubcast serve" runs. From inside a private network the public address may be out of reach though Meta reaches it.',
  },
  certificate_invalid: {
    severity: 'error',
    why: `Meta refuses certificates that are not valid, self-signed ones too. ${LOST}`,
    fix: 'Use a certificate of a public authority for this host, sent with its intermediates.',
  },
  certificate_expires_soon: {
    severity: 'warning',
    why: 'After that Meta no longer connects.',
    fix: 'Renew the certificate, and see why that did not happen by itself.',
  },
  handshake_refused: {
    severity: 'error',
    why: 'Meta accepts the callback URL only after this answer.',
    fix: 'The running service has another META_VERIFY_TOKEN than doctor. Use the same settings for both.',
  },
  handshake_redirected: {
    severity: 'error',
    why: 'Meta takes a redirect for a refusal.',
    fix: 'Give Meta the URL that is redirected to, or have the proxy pass the path on without a redirect.',
  },
  handshake_blocked: {
    severity: 'error',
    why: 'Something in front of hubcast answers in its place, so that Meta gets no further.',
    fix: 'Let the proxy, firewall or CDN pass GET and POST of the webhook path without a login, a bot check or a challenge.',
  },
  handshake_not_found: {
    severity: 'error',
    why: 'Another path or another service answers there.',
    fix: 'The path is /webhook, or /webhook/<name> with META_APPS; check the path rules of the proxy.',
  },
  handshake_failed: {
    severity: 'error',
    why: 'The way to hubcast is broken behind the proxy, so that Meta gets no further.',
    fix: 'See whether hubcast is ready (/ready on the internal listener), and the log of the proxy.',
  },
  handshake_altered: {
    severity: 'error',
    why: 'Meta expects the challenge unchanged as the whole body.',
    fix: 'Something answers in place of hubcast, or a proxy rewrites bodies. Let it pass the webhook path unchanged.',
  },
  post_refused: {
    severity: 'error',
    why: `Every webhook would be refused in the same way. ${LOST}`,
    fix: 'See the log of hubcast and of the proxy in front for this request.',
  },
  post_signature_refused: {
    severity: 'error',
    why: `Every webhook would be refused in the same way. ${LOST}`,
    fix: 'The running service has another META_APP_SECRET than doctor, or a proxy changes the body or drops X-Hub-Signature-256.',
  },
  post_not_stored: {
    severity: 'error',
    why: `hubcast cannot store now. Meta sends again, for up to 7 days. ${LOST}`,
    fix: 'See /ready on the internal listener and the log: the store cannot take events.',
  },
  kafka_unreachable: {
    severity: 'error',
    why: 'Without Kafka every webhook gets 503.',
    fix: 'Check KAFKA_BROKERS, the way there, and the settings KAFKA_TLS and KAFKA_SASL_MECHANISM.',
  },
  kafka_bootstrap_unreachable: {
    severity: 'warning',
    why: 'When the other bootstrap brokers are away too, hubcast does not find the cluster.',
    fix: 'Start that broker, or take it out of KAFKA_BROKERS.',
  },
  kafka_two_clusters: {
    severity: 'error',
    why: 'Events would go to one cluster or the other, by chance.',
    fix: 'Name brokers of one cluster in KAFKA_BROKERS.',
  },
  kafka_other_cluster: {
    severity: 'error',
    why: 'Events go where nobody reads them, and the ones stored so far are elsewhere.',
    fix: 'Correct KAFKA_BROKERS; or, when the cluster was replaced on purpose, KAFKA_CLUSTER_ID.',
  },
  topic_missing: {
    severity: 'error',
    why: 'Webhooks with events for it get 503.',
    fix: 'Run "hubcast topics apply", or set KAFKA_CREATE_TOPICS=on and start hubcast.',
  },
  topic_not_created_yet: {
    severity: 'info',
    why: 'hubcast creates it when it starts (KAFKA_CREATE_TOPICS=on).',
    fix: 'Start hubcast, or run "hubcast topics apply".',
  },
  topic_forbidden: {
    severity: 'error',
    why: 'Webhooks with events for it get 503.',
    fix: "Grant hubcast's user Describe, DescribeConfigs, Read and Write on the topic (kafka-acls --add --operation Write ...).",
  },
  topic_unusable: {
    severity: 'error',
    why: 'Webhooks with events for it get 503 until this passes.',
    fix: 'See the brokers: partitions without a leader, or fewer replicas in sync than min.insync.replicas asks for.',
  },
  topic_replicas_behind: {
    severity: 'warning',
    why: 'When one more broker fails, webhooks get 503, or acknowledged events are lost.',
    fix: 'See which broker is away or slow; its replicas catch up by themselves.',
  },
  topic_single_copy: {
    severity: 'warning',
    why: 'A 200 means acknowledged by all in-sync replicas: with one copy, losing one broker loses acknowledged events.',
    fix: 'Use three replicas and min.insync.replicas=2 (kafka-reassign-partitions; for new topics KAFKA_REPLICATION_FACTOR=3).',
  },
  topic_settings_differ: {
    severity: 'warning',
    why: 'Larger events become dead-letter chunks where max.message.bytes is small; compaction in the wrong place drops events.',
    fix: 'Run "hubcast topics plan" to see it, and "hubcast topics apply" to set it.',
  },
  topic_settings_hidden: {
    severity: 'info',
    why: 'The largest event the topic takes is assumed to be 1 MiB, and cleanup.policy is not checked.',
    fix: "Grant hubcast's user DescribeConfigs on the topic.",
  },
  journal_not_writable: {
    severity: 'error',
    why: 'hubcast cannot start, or answers 503.',
    fix: 'Make DATA_DIR writable for the user hubcast runs as.',
  },
  journal_nearly_full: {
    severity: 'warning',
    why: 'At JOURNAL_MAX_BYTES webhooks get 503; nothing is removed to make room.',
    fix: 'Raise JOURNAL_MAX_BYTES or lower JOURNAL_RETENTION_HOURS.',
  },
  disk_nearly_full: {
    severity: 'error',
    why: 'Without space webhooks get 503, and Meta gives them up after 7 days.',
    fix: 'Free space on the disk of DATA_DIR, or move it to a larger one.',
  },
  disk_small: {
    severity: 'warning',
    why: 'The disk is full before JOURNAL_MAX_BYTES is reached.',
    fix: 'Use a larger disk for DATA_DIR, or a lower JOURNAL_MAX_BYTES.',
  },
} as const satisfies Record<string, Kind>;

export type FindingCode = keyof typeof FINDINGS;

export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}

export interface Skipped {
  readonly check: string;
  readonly reason: string;
}

export interface Report {
  /** ISO 8601. */
  readonly checked_at: string;
  /** The worst first. */
  readonly findings: readonly Finding[];
  readonly skipped: readonly Skipped[];
}
