using System.Net;
using Microsoft.Extensions.Logging;

namespace QuantumCore.Gateway.Fix;

/// <summary>Log messages of the FIX interface. They never contain a key.</summary>
internal static partial class FixLog
{
    [LoggerMessage(112, LogLevel.Information, "FIX clients are served at {Address}")]
    public static partial void Listens(ILogger log, IPEndPoint address);

    [LoggerMessage(113, LogLevel.Information, "The FIX session of {Client} at {Address} ended: {Why}")]
    public static partial void Ended(ILogger log, string client, IPAddress address, string why);

    [LoggerMessage(114, LogLevel.Warning, "A FIX connection could not be accepted; the next one is tried in a second")]
    public static partial void NotAccepted(ILogger log, Exception error);

    [LoggerMessage(115, LogLevel.Error, "A FIX connection failed")]
    public static partial void Failed(ILogger log, Exception error);
}
