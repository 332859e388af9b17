using System.Globalization;

namespace QuantumCore.Gateway.Admission;

/// <summary>Open file limit of this process. Each connection and each file of the store takes one.</summary>
internal static class OpenFiles
{
    private const string LimitsFile = "/proc/self/limits";
    private const string LimitName = "Max open files";

    /// <summary>Returns the open file limit; null if the system does not tell, or has none.</summary>
    public static int? Limit() =>
        OperatingSystem.IsLinux() && File.Exists(LimitsFile) ? LimitIn(File.ReadLines(LimitsFile)) : null;

    /// <summary>Returns the limit in force (the soft one) from lines in Linux's format.</summary>
    public static int? LimitIn(IEnumerable<string> lines)
    {
        var line = lines.FirstOrDefault(line => line.StartsWith(LimitName, StringComparison.Ordinal));
        var soft = line?[LimitName.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        return int.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit : null;
    }
}
