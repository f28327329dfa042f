-- What was handled, and what it became. Both are written in one transaction.

-- With several Meta apps, each app has its own event under the same id. Meta repeats for seven days: older rows can go.
CREATE TABLE IF NOT EXISTS handled_event (
  app text NOT NULL,
  id text NOT NULL,
  handled_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (app, id)
);

-- The newest event of each type about each subject, and how many events there were.
CREATE TABLE IF NOT EXISTS latest_event (
  app text NOT NULL,
  type text NOT NULL,
  source text NOT NULL,
  subject text NOT NULL,
  time timestamptz NOT NULL,
  event json NOT NULL,
  events bigint NOT NULL DEFAULT 1,
  PRIMARY KEY (app, type, source, subject)
);

-- Does nothing for an event that was handled before. True where it was new.
CREATE OR REPLACE FUNCTION handle_event(event json) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO handled_event (app, id) VALUES (event ->> 'app', event ->> 'id') ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  INSERT INTO latest_event AS known (app, type, source, subject, time, event)
  VALUES (
    event ->> 'app', event ->> 'type', event ->> 'source', coalesce(event ->> 'subject', ''),
    (event ->> 'time')::timestamptz, event
  )
  ON CONFLICT (app, type, source, subject) DO UPDATE SET
    events = known.events + 1,
    -- Events of one subject may be stored in another order than they happened in.
    event = CASE WHEN excluded.time >= known.time THEN excluded.event ELSE known.event END,
    time = greatest(excluded.time, known.time);
  RETURN true;
END
$$;
