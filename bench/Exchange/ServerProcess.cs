using System.Diagnostics;
using System.Globalization;

namespace QuantumCore.Bench.Exchange;

/// <summary>Processor and memory use of the silo under load, as named by <c>--pid</c>.</summary>
internal sealed class ServerProcess(int pid)
{
    private readonly Process? _process = pid > 1 ? Process.GetProcessById(pid) : null;

    /// <summary>Processor time so far; zero if unknown.</summary>
    public TimeSpan Used
    {
        get
        {
            _process?.Refresh();
            return _process?.TotalProcessorTime ?? TimeSpan.Zero;
        }
    }

    /// <summary>Working set, in bytes; zero if unknown.</summary>
    public long Memory
    {
        get
        {
            _process?.Refresh();
            return _process?.WorkingSet64 ?? 0;
        }
    }

    /// <summary>Returns the process named by an option.</summary>
    public static ServerProcess Of(Options options) => new(options.Number("--pid", 1));

    /// <summary>Returns microseconds per operation, as JSON.</summary>
    public string MicrosEach(TimeSpan used, long count) =>
        _process is null ? "null" : (used.TotalMicroseconds / count).ToString("F1", CultureInfo.InvariantCulture);

    /// <summary>Returns the number of busy processors, as JSON.</summary>
    public string Cores(TimeSpan used, TimeSpan over) =>
        _process is null ? "null" : (used / over).ToString("F2", CultureInfo.InvariantCulture);
}
