namespace QuantumCore.Journal;

/// <summary>The tables of a journal in PostgreSQL and the function that commits a frame.</summary>
internal static class PostgresSchema
{
    /// <summary>
    /// SQLSTATE of a frame that the fence refused; the message is the list of the refusing streams' numbers.
    /// </summary>
    public const string Refused = "QJ001";

    /// <summary>
    /// Several silos may start at once: the lock is held to the end of the transaction, and whoever comes second
    /// finds everything there.
    /// </summary>
    public static string Create(string schema) => $"""
        SELECT pg_advisory_xact_lock(hashtext('QuantumCore journal {schema}'));
        CREATE SCHEMA IF NOT EXISTS {schema};
        SET LOCAL search_path = {schema};
        DO $create$ BEGIN
            IF to_regclass('{schema}.stream_head') IS NULL THEN
                {Tables}
                {AppendFrame}
            END IF;
        END $create$;
        """;

    // Heads change at every commit and nothing that is indexed does, so with room on the page the update stays there.
    // Bodies are kept uncompressed and out of line, so that one slice is read without the rest of its frame.
    private const string Tables = """
        CREATE TABLE IF NOT EXISTS stream_head (
            stream_id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name TEXT COLLATE "C" NOT NULL UNIQUE,
            epoch BIGINT NOT NULL, head BIGINT NOT NULL, chain BIGINT NOT NULL) WITH (fillfactor = 50);
        CREATE TABLE IF NOT EXISTS frame (
            writer_id BIGINT NOT NULL, frame_no BIGINT NOT NULL, crc BIGINT NOT NULL, body BYTEA NOT NULL,
            PRIMARY KEY (writer_id, frame_no));
        ALTER TABLE frame ALTER COLUMN body SET STORAGE EXTERNAL;
        CREATE TABLE IF NOT EXISTS frame_stream (
            stream_id BIGINT NOT NULL, first_seq BIGINT NOT NULL, last_seq BIGINT NOT NULL,
            writer_id BIGINT NOT NULL, frame_no BIGINT NOT NULL, position INTEGER NOT NULL, length INTEGER NOT NULL,
            PRIMARY KEY (stream_id, first_seq));
        CREATE TABLE IF NOT EXISTS snapshot (
            stream_id BIGINT NOT NULL, seq BIGINT NOT NULL, epoch BIGINT NOT NULL,
            crc BIGINT NOT NULL, body BYTEA NOT NULL, PRIMARY KEY (stream_id, seq));
        """;

    // First the row locks, in the order of the numbers, so that two silos never wait for each other. Each statement
    // then sees what was committed before it began, so the fence compares with the latest epoch and head.
    private const string AppendFrame = """
        CREATE FUNCTION append_frame(
            p_writer BIGINT, p_frame BIGINT, p_crc BIGINT, p_body BYTEA, p_streams BIGINT[], p_epochs BIGINT[],
            p_firsts BIGINT[], p_lasts BIGINT[], p_chains BIGINT[], p_positions INTEGER[], p_lengths INTEGER[])
        RETURNS VOID LANGUAGE plpgsql AS $append$
        DECLARE
            moved BIGINT[];
        BEGIN
            PERFORM 1 FROM stream_head WHERE stream_id = ANY (p_streams) ORDER BY stream_id FOR NO KEY UPDATE;
            WITH moving AS (
                UPDATE stream_head h SET head = b.last_seq, chain = b.chain
                FROM unnest(p_streams, p_epochs, p_firsts, p_lasts, p_chains)
                    AS b (stream_id, epoch, first_seq, last_seq, chain)
                WHERE h.stream_id = b.stream_id AND h.epoch = b.epoch AND h.head = b.first_seq - 1
                RETURNING h.stream_id)
            SELECT COALESCE(array_agg(stream_id), '{}') INTO moved FROM moving;
            IF cardinality(moved) <> cardinality(p_streams) THEN
                RAISE EXCEPTION USING ERRCODE = 'QJ001', MESSAGE = (
                    SELECT string_agg(id::text, ',') FROM unnest(p_streams) AS id WHERE id <> ALL (moved));
            END IF;
            INSERT INTO frame (writer_id, frame_no, crc, body) VALUES (p_writer, p_frame, p_crc, p_body);
            INSERT INTO frame_stream (stream_id, first_seq, last_seq, writer_id, frame_no, position, length)
            SELECT b.stream_id, b.first_seq, b.last_seq, p_writer, p_frame, b.position, b.length
            FROM unnest(p_streams, p_firsts, p_lasts, p_positions, p_lengths)
                AS b (stream_id, first_seq, last_seq, position, length);
        END $append$;
        """;
}
