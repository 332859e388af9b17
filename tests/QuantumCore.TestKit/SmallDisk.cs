using System.Diagnostics;
using Xunit;

namespace QuantumCore.TestKit;

/// <summary>
/// A disk of a few MiB in memory, which a test can fill. Only root can mount it; otherwise the test is skipped.
/// </summary>
public sealed class SmallDisk : IDisposable
{
    private readonly DirectoryInfo _mount = Directory.CreateTempSubdirectory("quantumcore-disk-");
    private int _fillers;

    /// <summary>Mounts it; skips the test if that is not possible.</summary>
    public SmallDisk(int mebibytes)
    {
        var isMounted = OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess
            && Run("mount", "-t", "tmpfs", "-o", $"size={mebibytes}m", "tmpfs", _mount.FullName);
        if (isMounted)
            return;
        _mount.Delete();
        Assert.Skip(
            "A small disk can be mounted on Linux by root alone; the same is tested on a simulated disk (QuantumCore.Journal.Tests).");
    }

    /// <summary>Creates a folder on it.</summary>
    public DirectoryInfo Folder(string name) => _mount.CreateSubdirectory(name);

    /// <summary>Fills the space with a foreign file, except for some bytes.</summary>
    public void Fill(long leave)
    {
        var piece = new byte[4_096];
        using var filler = new FileStream(
            Path.Combine(_mount.FullName, $"filler-{++_fillers}"), FileMode.Create, FileAccess.Write, FileShare.None,
            0);
        try
        {
            while (leave == 0 || new DriveInfo(_mount.FullName).AvailableFreeSpace > leave)
                filler.Write(piece);
        }
        catch (IOException)
        {
            // The disk is full.
        }
    }

    /// <summary>Deletes the foreign files.</summary>
    public void Free()
    {
        foreach (var filler in _mount.GetFiles("filler-*"))
            filler.Delete();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Run("umount", "-l", _mount.FullName);
        _mount.Delete();
    }

    private static bool Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false };
        using var process = Process.Start(start)!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
