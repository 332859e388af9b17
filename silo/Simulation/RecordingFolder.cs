using QuantumCore.Client;
using QuantumCore.Replay;

namespace QuantumCore.Silo.Simulation;

/// <summary>
/// Folder of recordings that the operator gave the silo. Only its own files are offered: no subfolders, no links, and
/// no name that contains a path.
/// </summary>
internal sealed class RecordingFolder(SiloOptions options)
{
    /// <summary>Maximum number of files listed.</summary>
    private const int MostFiles = 500;

    /// <summary>True if the silo has a folder of recordings.</summary>
    public bool IsConfigured => options.Recordings is not null;

    /// <summary>Lists the recordings in the folder.</summary>
    /// <exception cref="IOException">The folder is unreadable, or no longer exists.</exception>
    /// <exception cref="UnauthorizedAccessException">Access to the folder is denied.</exception>
    public RecordingList List()
    {
        if (options.Recordings is not { } folder)
            return new RecordingList(false, []);

        var files = new DirectoryInfo(folder).EnumerateFiles()
            .Where(IsOffered)
            .OrderBy(file => file.Name, StringComparer.Ordinal)
            .Take(MostFiles)
            .Select(
                file => new Recording(
                    file.Name, IsWhole(file.FullName) ? OrderFlow.Guess(file.FullName).Format : null, file.Length));
        return new RecordingList(true, [.. files]);
    }

    /// <summary>Returns the path of a recording; null if none of that name is offered.</summary>
    /// <param name="name">File name as listed.</param>
    public string? Find(string name)
    {
        // A name is only compared with the folder's listing. It never becomes part of a path by itself.
        try
        {
            return options.Recordings is { } folder
                && new DirectoryInfo(folder).EnumerateFiles()
                    .FirstOrDefault(file => file.Name == name && IsOffered(file)) is { } found
                && IsWhole(found.FullName)
                ? found.FullName
                : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Returns true for a file with content that is not a link. Pipes and devices have no length.</summary>
    private static bool IsOffered(FileInfo file) => file.LinkTarget is null && file.Length > 0;

    /// <summary>
    /// Returns true if the companion file that is read along with a recording is missing or offered, too.
    /// </summary>
    private static bool IsWhole(string path) =>
        OrderFlow.RowsOf(path) is not { } rows
            || new FileInfo(rows) is var file && (file.LinkTarget is null && (!file.Exists || IsOffered(file)));
}
