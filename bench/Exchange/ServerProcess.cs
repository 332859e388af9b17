using System.Diagnostics;
using System.Globalization;

namespace QuantumCore.Bench.Exchange;

/// <summary>The silo under load, where <c>--pid</c> names it: what it uses of processor and memory.</summary>
internal sealed class ServerProcess(int pid)
{
    private readonly Process? _process = pid > 1 ? Process.GetProcessById(pid) : null;

    /// <summary>Its processor time so far; nothing when it is not known.</summary>
    public TimeSpan Used
    {
        get
        {
            _process?.Refresh();
            return _process?.TotalProcessorTime ?? TimeSpan.Zero;
        }
    }

    /// <summary>Bytes of its working set; nothing when it is not known.</summary>
    public long Memory
    {
        get
        {
            _process?.Refresh();
            return _process?.WorkingSet64 ?? 0;
        }
    }

    /// <summary>The one that an option names.</summary>
    public static ServerProcess Of(Options options) => new(options.Number("--pid", 1));

    /// <summary>Microseconds for one of so many, as JSON.</summary>
    public string MicrosEach(TimeSpan used, long count) =>
        _process is null ? "null" : (used.TotalMicroseconds / count).ToString("F1", CultureInfo.InvariantCulture);

    /// <summary>How many processors it kept busy, as JSON.</summary>
    public string Cores(TimeSpan used, TimeSpan over) =>
        _process is null ? "null" : (used / over).ToString("F2", CultureInfo.InvariantCulture);
}
