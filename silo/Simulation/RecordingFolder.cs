using QuantumCore.Client;
using QuantumCore.Replay;

namespace QuantumCore.Silo.Simulation;

/// <summary>
/// The folder of recordings that the operator gave the silo. Its own files are offered, and nothing else of the machine: no folder in it, no
/// link, whatever it leads to, and no name that is more than a name.
/// </summary>
internal sealed class RecordingFolder(SiloOptions options)
{
    /// <summary>More files than these are not looked into.</summary>
    private const int MostFiles = 500;

    /// <summary>Whether there is one.</summary>
    public bool IsConfigured => options.Recordings is not null;

    /// <summary>What lies there.</summary>
    /// <exception cref="IOException">The folder can't be read, or is no longer there.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be read.</exception>
    public RecordingList List()
    {
        if (options.Recordings is not { } folder)
            return new RecordingList(false, []);

        var files = new DirectoryInfo(folder).EnumerateFiles()
            .Where(IsOffered)
            .OrderBy(file => file.Name, StringComparer.Ordinal)
            .Take(MostFiles)
            .Select(file => new Recording(file.Name, IsWhole(file.FullName) ? OrderFlow.Guess(file.FullName).Format : null, file.Length));
        return new RecordingList(true, [.. files]);
    }

    /// <summary>The path of a recording; null when no such one is offered.</summary>
    /// <param name="name">A file's name, as the list has it.</param>
    public string? Find(string name)
    {
        // What the folder lists is all there is: a name is compared with it, and never becomes part of a path by itself.
        try
        {
            return options.Recordings is { } folder
                && new DirectoryInfo(folder).EnumerateFiles().FirstOrDefault(file => file.Name == name && IsOffered(file)) is { } found
                && IsWhole(found.FullName)
                ? found.FullName
                : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>A file with something in it: no link, and neither a pipe nor a device, which have no length.</summary>
    private static bool IsOffered(FileInfo file) => file.LinkTarget is null && file.Length > 0;

    /// <summary>Whether the file that would be read along with it is offered, too, where there is one.</summary>
    private static bool IsWhole(string path) =>
        OrderFlow.RowsOf(path) is not { } rows || new FileInfo(rows) is var file && (file.LinkTarget is null && (!file.Exists || IsOffered(file)));
}
