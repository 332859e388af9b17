using QuantumCore.Journal;

namespace QuantumCore.Silo;

/// <summary>
/// Checks the free space on the journal's disk each second. Below the <c>--keep-free</c> limit, orders are rejected
/// while cancels, halts and deposits go on, so that traders can still close positions before the disk is full.
/// </summary>
internal sealed partial class DiskRoom(
    SiloOptions options, JournalWriter writer, TimeProvider time, ILogger<DiskRoom> log) : BackgroundService
{
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Storage != StorageKind.Sqlite || options.KeepFree == 0)
            return;

        var disk = new DriveInfo(Path.GetFullPath(options.DataDirectory));
        using var timer = new PeriodicTimer(s_period, time);
        do
        {
            Look(disk);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private void Look(DriveInfo disk)
    {
        try
        {
            var isShort = disk.AvailableFreeSpace < (long)options.KeepFree << 20;
            if (isShort && !writer.IsShortOfRoom)
                Short(log, options.DataDirectory, options.KeepFree);
            else if (!isShort && writer.IsShortOfRoom)
                Enough(log, options.DataDirectory, options.KeepFree);
            writer.IsShortOfRoom = isShort;
        }
        catch (Exception unknown) when (unknown is IOException or UnauthorizedAccessException)
        {
            Unknown(log, options.DataDirectory, unknown.Message);
        }
    }

    [LoggerMessage(203, LogLevel.Error, "Less than {MiB} MiB are free for {Folder}: orders are refused, cancels go on")]
    private static partial void Short(ILogger logger, string folder, int miB);

    [LoggerMessage(204, LogLevel.Warning, "{MiB} MiB are free for {Folder} again: orders are taken")]
    private static partial void Enough(ILogger logger, string folder, int miB);

    [LoggerMessage(205, LogLevel.Warning, "The room left for {Folder} is not known: {What}")]
    private static partial void Unknown(ILogger logger, string folder, string what);
}
