using System.Globalization;

namespace QuantumCore.Gateway.Admission;

/// <summary>Limit of open files of this process: each connection is one, and so is each file of the store.</summary>
internal static class OpenFiles
{
    private const string LimitsFile = "/proc/self/limits";
    private const string LimitName = "Max open files";

    /// <summary>Returns how many files the process may have open; null where the system does not tell, or has no limit.</summary>
    public static int? Limit() => OperatingSystem.IsLinux() && File.Exists(LimitsFile) ? LimitIn(File.ReadLines(LimitsFile)) : null;

    /// <summary>Returns the limit in force (the soft one) in lines as Linux writes them.</summary>
    public static int? LimitIn(IEnumerable<string> lines)
    {
        var line = lines.FirstOrDefault(line => line.StartsWith(LimitName, StringComparison.Ordinal));
        var soft = line?[LimitName.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        return int.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit : null;
    }
}
