using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Journal;

namespace QuantumCore.Upkeep;

/// <summary>Folders of an exchange's payout and settlement batch files.</summary>
/// <param name="Payouts">Folder of payouts; null if unknown.</param>
/// <param name="Settlements">Folder of settlement batches; null if unknown.</param>
public sealed record OutgoingFolders(string? Payouts, string? Settlements)
{
    /// <summary>
    /// Returns the given folders, or else those in a place's data directory. A journal file or a database has none.
    /// </summary>
    public static OutgoingFolders Of(JournalPlace place, string? payouts = null, string? settlements = null)
    {
        var data = place.IsPostgres || File.Exists(place.Text) ? null : Path.GetFullPath(place.Text);
        return new OutgoingFolders(
            payouts ?? (data is null ? null : Path.Combine(data, OutgoingFiles.Payouts)),
            settlements ?? (data is null ? null : Path.Combine(data, OutgoingFiles.Settlements)));
    }

    internal IEnumerable<(string Kind, string? Path)> All =>
        [(OutgoingFiles.Payouts, Payouts), (OutgoingFiles.Settlements, Settlements)];
}

/// <summary>
/// Batch files beside a journal. They belong to the exchange's data, since their consumer may not have processed them
/// yet. Files that were processed and moved away must never return.
/// </summary>
internal static class OutgoingFiles
{
    public const string Payouts = "payouts";
    public const string Settlements = "settlements";
    private const string Extension = ".json";

    /// <summary>
    /// Returns the files that belong to the moment of an image. Call it after the image is open: files of every batch
    /// it reports as final are on disk by then. Batches sent since are unknown to the image.
    /// </summary>
    public static IEnumerable<FileRow> Read(JournalImage image, OutgoingFolders folders)
    {
        var there = new HashSet<(string Kind, string Id)>();
        foreach (var (kind, path) in folders.All)
        {
            foreach (var file in path is not null && Directory.Exists(path)
                ? Directory.EnumerateFiles(path, "*" + Extension)
                : [])
            {
                there.Add((kind, Path.GetFileNameWithoutExtension(file)));
            }
        }

        var known = Batches(image, there).Select(batch => (batch.Kind, batch.Id)).ToHashSet();
        foreach (var (kind, id) in there.Where(known.Contains).Order())
        {
            var path = Path.Combine(folders.All.Single(folder => folder.Kind == kind).Path!, id + Extension);
            yield return new FileRow(kind, id + Extension, File.ReadAllBytes(path));
        }
    }

    /// <summary>
    /// Returns the number of files of a backup, and those that do not equal the journal's batch of their name.
    /// </summary>
    public static (int Count, IReadOnlyList<string> Wrong) Compare(JournalImage image)
    {
        var files = image.Files()
            .ToDictionary(file => (file.Folder, Path.GetFileNameWithoutExtension(file.Name)), file => file.Body);
        var batches = files.Count == 0
            ? []
            : Batches(image, [.. files.Keys]).ToDictionary(batch => (batch.Kind, batch.Id), batch => batch.Bytes());
        return (files.Count,
            [.. files.Where(
                file => !batches.TryGetValue(file.Key, out var bytes) || !bytes.AsSpan().SequenceEqual(file.Value))
            .Select(file => $"{file.Key.Folder}/{file.Key.Item2}{Extension}").Order(StringComparer.Ordinal)]);
    }

    /// <summary>
    /// Writes the files of a backup where their folders do not exist. An existing folder is of a later moment and stays
    /// unchanged: files missing in it were processed.
    /// </summary>
    /// <exception cref="JournalSetupException">There are files, but their folder is unknown.</exception>
    public static void Write(JournalImage image, OutgoingFolders folders)
    {
        foreach (var (kind, path) in folders.All)
        {
            var files = image.Files().Where(file => file.Folder == kind).ToArray();
            if (files.Length > 0 && path is null)
            {
                throw new JournalSetupException(
                    $"The backup has {files.Length} files of {kind}: name a folder for them with --{kind}.");
            }

            if (files.Length > 0 && !Directory.Exists(path))
            {
                Write(files, path!);
            }
        }
    }

    private static void Write(FileRow[] files, string path)
    {
        var filling = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)) + ".part";
        if (Directory.Exists(filling))
        {
            Directory.Delete(filling, recursive: true);
        }

        Directory.CreateDirectory(filling);
        foreach (var file in files)
        {
            using var to = new FileStream(
                Path.Combine(filling, Path.GetFileName(file.Name)), FileMode.CreateNew, FileAccess.Write);
            to.Write(file.Body);
            to.Flush(flushToDisk: true);
        }

        Directory.Move(filling, path);
    }

    /// <summary>Returns the batches of a journal with one of these names.</summary>
    private static IEnumerable<(string Kind, string Id, Func<byte[]> Bytes)> Batches(
        JournalImage image, HashSet<(string Kind, string Id)> wanted)
    {
        foreach (var stream in image.Streams())
        {
            if (PayoutLane.Is(stream))
            {
                var asset = stream.Name[PayoutRecord.StreamPrefix.Length..];
                foreach (var record in StoredRecords.Of(image, stream))
                {
                    if (wanted.Contains((Payouts, PayoutRecord.BatchId(asset, record.Sequence)))
                        && PayoutRecordEncoding.Decode(record.Body.Span) is BatchMade made)
                    {
                        var batch = new PayoutBatch(
                            PayoutRecord.BatchId(asset, record.Sequence), asset, made.Decimals, made.Items);
                        yield return (Payouts, batch.Id, () => FilePayouts.Bytes(batch));
                    }
                }
            }
            else if (SettlementLane.Is(stream))
            {
                var venue = stream.Name[SettlementRecord.StreamPrefix.Length..];
                foreach (var record in StoredRecords.Of(image, stream))
                {
                    if (SettlementRecordEncoding.Decode(record.Body.Span) is SettlementClosed closed
                        && wanted.Contains((Settlements, closed.IdAt(venue))))
                    {
                        yield return (Settlements, closed.IdAt(venue),
                            () => FileSettlements.Bytes(new SettlementBatch(closed.IdAt(venue), venue, closed)));
                    }
                }
            }
        }
    }
}

/// <summary>Sound records of one stream of an image, in sequence.</summary>
internal static class StoredRecords
{
    public static IEnumerable<JournalRecord> Of(JournalImage image, StreamRow stream)
    {
        var reader = new SliceReader(stream.Name, stream.StreamId, 1);
        foreach (var slice in image.Slices(stream.StreamId).ToArray())
        {
            if (image.Frame(slice.Frame) is not { } frame || slice.Position < 0 || slice.Length < 0
                || slice.Position > frame.Body.Length - slice.Length)
            {
                yield break;
            }

            IReadOnlyList<JournalRecord> records;
            try
            {
                records = [
                    .. reader.Decode(
                        new StoredSlice(
                            slice.FirstSequence, slice.LastSequence,
                            frame.Body.AsMemory(slice.Position, slice.Length)))];
            }
            catch (JournalCorruptionException)
            {
                // The verification of the whole journal reports this.
                yield break;
            }

            foreach (var record in records)
            {
                yield return record;
            }
        }
    }
}
