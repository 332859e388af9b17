using System.Globalization;
using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>A request to transfer money or units to another account.</summary>
/// <param name="Key">
/// Idempotency key, unique in the giving account. It never expires: the same key again is the same transfer.
/// </param>
/// <param name="To">The number of the account that receives.</param>
/// <param name="Asset">The asset's name.</param>
/// <param name="Amount">Minor units, positive.</param>
[GenerateSerializer, Immutable, Alias("transfer-request")]
public sealed record TransferRequest(string Key, long To, string Asset, long Amount);

/// <summary>The answer to a transfer; durable when returned.</summary>
/// <param name="Reason">Reject reason, or None.</param>
/// <param name="Field">The field at fault; null if none.</param>
/// <param name="Limit">The limit it broke; null if none.</param>
/// <param name="Sequence">
/// The giving account's sequence of the transfer; it identifies the transfer to the receiving account.
/// </param>
/// <param name="IsOpen">True until the arrival is on record.</param>
[GenerateSerializer, Immutable, Alias("transfer-result")]
public sealed record TransferResult(RejectReason Reason, string? Field, string? Limit, long Sequence, bool IsOpen);

/// <summary>A durable transfer on its way to the receiving account.</summary>
/// <param name="From">The number of the account that gave.</param>
/// <param name="Sequence">The giving account's sequence of the transfer.</param>
/// <param name="Asset">The asset's name.</param>
/// <param name="Amount">Minor units, positive.</param>
[GenerateSerializer, Immutable, Alias("transfer-arrival")]
public sealed record TransferArrival(long From, long Sequence, string Asset, long Amount);

/// <summary>
/// Key of the deposit by which a transfer arrives: <c>x:source:sequence</c>. It depends on the transfer alone, so that
/// every delivery attempt makes the same key.
/// </summary>
public static class TransferKey
{
    /// <summary>Prefix of these keys; no other deposit may use it.</summary>
    public const string Prefix = "x:";

    /// <summary>Returns the key of a transfer.</summary>
    public static string Of(long from, long sequence) =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix}{from}:{sequence}");

    /// <summary>Returns true if a deposit's key marks the arrival of a transfer.</summary>
    public static bool IsTransfer(string key) => key.StartsWith(Prefix, StringComparison.Ordinal);
}

/// <summary>Position of a transfer in an account's list, which is sorted by time.</summary>
/// <param name="TimeNanos">Time at which it was given, Unix nanoseconds.</param>
/// <param name="From">The number of the account that gave.</param>
/// <param name="Sequence">The giving account's sequence of the transfer.</param>
[GenerateSerializer, Immutable, Alias("transfer-place")]
public readonly record struct TransferPlace(long TimeNanos, long From, long Sequence);

/// <summary>A transfer as history shows it.</summary>
/// <param name="Sequence">The giving account's sequence of the transfer.</param>
/// <param name="Key">Its idempotency key in the giving account.</param>
/// <param name="From">The number of the account that gave.</param>
/// <param name="To">The number of the account that receives.</param>
/// <param name="Asset">The asset's name.</param>
/// <param name="Decimals">Decimal places of its minor unit.</param>
/// <param name="Amount">Minor units.</param>
/// <param name="IsDone">True once its arrival is known; until then it is on its way.</param>
/// <param name="TimeNanos">Time at which it was given, Unix nanoseconds.</param>
[GenerateSerializer, Immutable, Alias("account-transfer")]
public sealed record AccountTransfer(
    long Sequence, string Key, long From, long To, string Asset, int Decimals, long Amount, bool IsDone,
    long TimeNanos);
