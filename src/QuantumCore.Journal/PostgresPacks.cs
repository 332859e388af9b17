namespace QuantumCore.Journal;

/// <summary>The database function that replaces frames by a pack, and its parameters.</summary>
internal static class PostgresPacks
{
    /// <summary>SQLSTATE if the stored frames or entries differ from those of the pack; nothing was changed.</summary>
    public const string Otherwise = "QJ002";

    public const string Put = "SELECT put_pack($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";

    // If two silos pack the same frames, the second waits for the first one's rows and then finds them gone.
    public const string PutPack = """
        CREATE OR REPLACE FUNCTION put_pack(
            p_writers BIGINT[], p_frames BIGINT[],
            p_old_streams BIGINT[], p_old_firsts BIGINT[], p_old_lasts BIGINT[], p_old_writers BIGINT[], p_old_frames BIGINT[],
            p_writer BIGINT, p_frame BIGINT, p_crc BIGINT, p_body BYTEA,
            p_streams BIGINT[], p_firsts BIGINT[], p_lasts BIGINT[], p_positions INTEGER[], p_lengths INTEGER[])
        RETURNS VOID LANGUAGE plpgsql AS $put$
        DECLARE
            gone BIGINT;
            gone_entries BIGINT;
            first_place BIGINT;
        BEGIN
            WITH old AS (
                DELETE FROM frame f USING unnest(p_writers, p_frames) AS o (writer_id, frame_no)
                WHERE f.writer_id = o.writer_id AND f.frame_no = o.frame_no RETURNING f.place)
            SELECT COUNT(*), MIN(place) INTO gone, first_place FROM old;
            WITH old AS (
                DELETE FROM frame_stream s
                USING unnest(p_old_streams, p_old_firsts, p_old_lasts, p_old_writers, p_old_frames)
                    AS o (stream_id, first_seq, last_seq, writer_id, frame_no)
                WHERE s.stream_id = o.stream_id AND s.first_seq = o.first_seq AND s.last_seq = o.last_seq
                    AND s.writer_id = o.writer_id AND s.frame_no = o.frame_no RETURNING 1)
            SELECT COUNT(*) INTO gone_entries FROM old;
            IF gone <> cardinality(p_frames) OR gone_entries <> cardinality(p_old_streams) THEN
                RAISE EXCEPTION USING ERRCODE = 'QJ002', MESSAGE = 'The frames of the pack are not as it says.';
            END IF;
            INSERT INTO frame (writer_id, frame_no, crc, body, place) VALUES (p_writer, p_frame, p_crc, p_body, first_place);
            INSERT INTO frame_stream (stream_id, first_seq, last_seq, writer_id, frame_no, position, length)
            SELECT b.stream_id, b.first_seq, b.last_seq, p_writer, p_frame, b.position, b.length
            FROM unnest(p_streams, p_firsts, p_lasts, p_positions, p_lengths)
                AS b (stream_id, first_seq, last_seq, position, length);
        END $put$;
        """;

    public static object[] Parameters(JournalPack pack)
    {
        var (id, crc, body, slices) = pack.Packed;
        return [
            pack.Frames.Select(frame => frame.WriterId).ToArray(),
            pack.Frames.Select(frame => frame.FrameNo).ToArray(),
            pack.Slices.Select(slice => slice.StreamId).ToArray(),
            pack.Slices.Select(slice => slice.FirstSequence).ToArray(),
            pack.Slices.Select(slice => slice.LastSequence).ToArray(),
            pack.Slices.Select(slice => slice.Frame.WriterId).ToArray(),
            pack.Slices.Select(slice => slice.Frame.FrameNo).ToArray(),
            id.WriterId,
            id.FrameNo,
            (long)crc,
            body,
            slices.Select(slice => slice.StreamId).ToArray(),
            slices.Select(slice => slice.FirstSequence).ToArray(),
            slices.Select(slice => slice.LastSequence).ToArray(),
            slices.Select(slice => slice.Position).ToArray(),
            slices.Select(slice => slice.Length).ToArray(),
        ];
    }
}
