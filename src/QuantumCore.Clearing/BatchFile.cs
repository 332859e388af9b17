using System.Security.Cryptography;

namespace QuantumCore.Clearing;

/// <summary>
/// Writes a batch as a file in a folder, named by its id, for another system. An existing file is on disk, complete,
/// and never changed.
/// </summary>
internal static class BatchFile
{
    /// <summary>Writes a batch, or finds it there.</summary>
    /// <exception cref="InvalidDataException">
    /// The folder has another batch under this id, from another exchange.
    /// </exception>
    public static void Write(string folder, string id, byte[] bytes)
    {
        var path = Path.Combine(folder, id + ".json");
        if (!File.Exists(path))
        {
            Directory.CreateDirectory(folder);
            var draft = Path.Combine(folder, $"{id}.{RandomNumberGenerator.GetHexString(16)}.draft");
            using (var file = new FileStream(draft, FileMode.CreateNew, FileAccess.Write))
            {
                file.Write(bytes);
                file.Flush(flushToDisk: true);
            }

            File.Move(draft, path, overwrite: true);
        }

        // The name must be on disk too, and a process that was killed may have written the found file.
        using var found = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        var there = new byte[found.Length];
        found.ReadExactly(there);
        if (!there.AsSpan().SequenceEqual(bytes))
        {
            throw new InvalidDataException($"{path} is another batch than the one of this exchange.");
        }

        found.Flush(flushToDisk: true);
    }
}
