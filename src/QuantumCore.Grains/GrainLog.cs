using Microsoft.Extensions.Logging;
using QuantumCore.Instruments;

namespace QuantumCore.Grains;

/// <summary>Log messages of the grains.</summary>
internal static partial class GrainLog
{
    [LoggerMessage(
        1, LogLevel.Error, "A turn of {Stream} failed after sequence {Head}; the activation is thrown away.")]
    public static partial void TurnFailed(ILogger logger, Exception exception, string stream, long head);

    [LoggerMessage(2, LogLevel.Information, "{Stream} is lost to the activation of epoch {Epoch}.")]
    public static partial void StreamLost(ILogger logger, string stream, long epoch);

    [LoggerMessage(3, LogLevel.Critical, "{Symbol} is halted: its journal can't be explained.")]
    public static partial void BookHalted(ILogger logger, Exception exception, string symbol);

    [LoggerMessage(4, LogLevel.Warning, "A snapshot of {Stream} is not usable; an older one is taken.")]
    public static partial void SnapshotUnusable(ILogger logger, Exception exception, string stream);

    [LoggerMessage(
        5, LogLevel.Warning, "Publishing what {Stream} recorded failed; its readers will catch up from the journal.")]
    public static partial void PublishFailed(ILogger logger, Exception exception, string stream);

    [LoggerMessage(6, LogLevel.Warning, "Writing a snapshot of {Stream} failed.")]
    public static partial void SnapshotFailed(ILogger logger, Exception exception, string stream);

    [LoggerMessage(7, LogLevel.Warning, "Resolving abandoned work failed; it is tried again.")]
    public static partial void AgentFailed(ILogger logger, Exception exception);

    [LoggerMessage(8, LogLevel.Warning, "The epochs of the open streams, or the catalog, could not be read.")]
    public static partial void EpochCheckFailed(ILogger logger, Exception exception);

    [LoggerMessage(9, LogLevel.Information, "{Symbol} is ready at sequence {Sequence}: {Replayed} records replayed.")]
    public static partial void BookReady(ILogger logger, string symbol, long sequence, long replayed);

    [LoggerMessage(10, LogLevel.Warning, "Account {Account} could not catch up with its books; it is tried again.")]
    public static partial void CatchUpFailed(ILogger logger, Exception exception, long account);

    [LoggerMessage(12, LogLevel.Debug, "Account {Account} does not hold an order in {Symbol}: {Reason}.")]
    public static partial void HoldRefused(ILogger logger, string account, string symbol, RejectReason reason);

    [LoggerMessage(
        13, LogLevel.Warning,
        "Transfer {Account}:{Sequence} can't arrive at account {To} ({Reason}); it is tried again.")]
    public static partial void TransferWaits(ILogger logger, long account, long sequence, long to, RejectReason reason);

    [LoggerMessage(
        14, LogLevel.Warning, "The outcome of payout {Batch} is unknown; the payout channel is asked again.")]
    public static partial void PayoutFailed(ILogger logger, Exception exception, string batch);

    [LoggerMessage(
        17, LogLevel.Warning, "The outcome of settlement batch {Batch} is unknown; the venue is asked again.")]
    public static partial void SettlementFailed(ILogger logger, Exception exception, string batch);

    [LoggerMessage(11, LogLevel.Critical, "Account {Account} can't be explained by its journal and the books'.")]
    public static partial void AccountHalted(ILogger logger, Exception exception, long account);

    [LoggerMessage(
        18, LogLevel.Error, "The journal could not commit ({What}); nothing is acknowledged, and it is tried again.")]
    public static partial void CommitFailed(ILogger logger, string what);

    [LoggerMessage(49, LogLevel.Warning, "Account {Account} is frozen, and its orders are cancelled: it {Why}.")]
    public static partial void AccountShort(ILogger logger, long account, string why);

    [LoggerMessage(54, LogLevel.Warning, "A kill switch froze account {Account}, and its orders are cancelled: {Why}.")]
    public static partial void AccountKilled(ILogger logger, long account, string why);

    [LoggerMessage(
        50, LogLevel.Error,
        "{Symbol} has no market-by-order view: running its records again did not give the same events.")]
    public static partial void OrdersDiverge(ILogger logger, Exception exception, string symbol);

    [LoggerMessage(51, LogLevel.Warning, "The price alerts of {Symbol} are behind; it is tried again.")]
    public static partial void PriceWatchBehind(ILogger logger, Exception exception, string symbol);

    [LoggerMessage(
        52, LogLevel.Critical,
        "The machine's clock is {Ahead} ahead of the time that has passed. Its readings are refused, and the exchange "
        + "goes on by elapsed time. Set the clock right; if it is right, restart the silo.")]
    public static partial void ClockAhead(ILogger logger, TimeSpan ahead);

    [LoggerMessage(
        53, LogLevel.Warning, "The machine's clock agrees with elapsed time again; its readings are accepted.")]
    public static partial void ClockBack(ILogger logger);

    [LoggerMessage(
        47, LogLevel.Warning,
        "Corporate action {Action} can't go on at account {Account} (0: at all); it is tried again.")]
    public static partial void ActionWaits(ILogger logger, Exception exception, string action, long account);

    [LoggerMessage(48, LogLevel.Information, "Corporate action {Action} is on record in each of {Accounts} accounts.")]
    public static partial void ActionEntered(ILogger logger, string action, int accounts);

    [LoggerMessage(55, LogLevel.Warning, "Work that is due at a time failed; it is tried again.")]
    public static partial void ScheduledWorkFailed(ILogger logger, Exception exception);
}
