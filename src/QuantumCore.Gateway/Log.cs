using Microsoft.Extensions.Logging;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway;

/// <summary>Log messages of the gateway. They never contain a key.</summary>
internal static partial class Log
{
    [LoggerMessage(101, LogLevel.Warning, "{Call} of account {Account} was refused: too many wait")]
    public static partial void Overloaded(ILogger log, string call, long account, Exception error);

    [LoggerMessage(102, LogLevel.Warning, "{Call} of account {Account} failed (attempt {Attempt})")]
    public static partial void CallFailed(ILogger log, string call, long account, int attempt, Exception error);

    [LoggerMessage(103, LogLevel.Error, "{Route} failed; trace {Trace}")]
    public static partial void RequestFailed(ILogger log, string route, string trace, Exception error);

    [LoggerMessage(104, LogLevel.Warning, "The feed of {Symbol} was interrupted; it starts again with a snapshot")]
    public static partial void FeedInterrupted(ILogger log, string symbol, Exception error);

    [LoggerMessage(105, LogLevel.Information, "A reader of the stream was cut: {Why}")]
    public static partial void ReaderCut(ILogger log, string why);

    [LoggerMessage(
        116, LogLevel.Critical,
        "The index is at {Index} basis points of its last close: level {Level} of the market-wide breaker stops {Symbols} symbols")]
    public static partial void IndexFell(ILogger log, long index, int level, int symbols);

    [LoggerMessage(
        117, LogLevel.Error, "Level {Level} of the market-wide breaker is not complete and is tried again: {Detail}")]
    public static partial void IndexStoppedInPart(ILogger log, int level, string detail);

    [LoggerMessage(119, LogLevel.Error, "--index names {Symbol}, which is not listed: the index goes without it")]
    public static partial void IndexSymbolUnknown(ILogger log, string symbol);

    [LoggerMessage(
        120, LogLevel.Error,
        "--index-weights volume adds values in {Assets}: weights in several currencies can't be compared")]
    public static partial void IndexQuotesDiffer(ILogger log, string assets);

    [LoggerMessage(
        118, LogLevel.Warning, "The index of the market-wide breaker can't be computed now; it is tried again")]
    public static partial void IndexUnknown(ILogger log, Exception error);

    [LoggerMessage(107, LogLevel.Debug, "{Route} was answered {Status}")]
    public static partial void RequestServed(ILogger log, string route, int status);

    [LoggerMessage(108, LogLevel.Warning, "{User} was not let in from {Address}: wrong password or code")]
    public static partial void SignInFailed(ILogger log, string user, string address);

    [LoggerMessage(
        109, LogLevel.Information, "A connection of account {Account} ended; {Cancelled} orders were cancelled")]
    public static partial void CancelledAtEnd(ILogger log, long account, int cancelled);

    [LoggerMessage(
        110, LogLevel.Error,
        "A connection of account {Account} ended, and it is not known whether its orders are cancelled")]
    public static partial void NotCancelledAtEnd(ILogger log, long account);

    [LoggerMessage(106, LogLevel.Debug, "An order of account {Account} was refused: {Reason}")]
    public static partial void OrderRefused(ILogger log, long account, RejectReason reason);

    [LoggerMessage(111, LogLevel.Information, "Signal {Key} of {Strategy} became order {ClientOrderId}: {Reason}")]
    public static partial void SignalEnded(
        ILogger log, string strategy, string key, string clientOrderId, RejectReason reason);
}
