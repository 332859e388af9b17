using System.Globalization;
using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>Money or units from one account to another.</summary>
/// <param name="Key">Names the transfer for ever among the account's names: the same key again is the same transfer.</param>
/// <param name="To">The number of the account that receives.</param>
/// <param name="Asset">The asset's name.</param>
/// <param name="Amount">Minor units, positive.</param>
[GenerateSerializer, Immutable, Alias("transfer-request")]
public sealed record TransferRequest(string Key, long To, string Asset, long Amount);

/// <summary>The answer to a transfer; durable when told.</summary>
/// <param name="Reason">Why it was refused, or none.</param>
/// <param name="Field">The field at fault, when one is.</param>
/// <param name="Limit">The limit it broke, when there is one.</param>
/// <param name="Sequence">The giving account's sequence of the transfer, which names it to the receiving one.</param>
/// <param name="IsOpen">Whether its arrival is not on record yet.</param>
[GenerateSerializer, Immutable, Alias("transfer-result")]
public sealed record TransferResult(RejectReason Reason, string? Field, string? Limit, long Sequence, bool IsOpen);

/// <summary>A durable transfer on its way to the account that receives.</summary>
/// <param name="From">The number of the account that gave.</param>
/// <param name="Sequence">The giving account's sequence of the transfer.</param>
/// <param name="Asset">The asset's name.</param>
/// <param name="Amount">Minor units, positive.</param>
[GenerateSerializer, Immutable, Alias("transfer-arrival")]
public sealed record TransferArrival(long From, long Sequence, string Asset, long Amount);

/// <summary>
/// The key of the deposit by which a transfer arrives: <c>x:source:sequence</c>. It is made from the transfer alone, so that
/// whoever carries it, however often, makes the same one.
/// </summary>
public static class TransferKey
{
    /// <summary>How such keys begin; no other deposit's may.</summary>
    public const string Prefix = "x:";

    /// <summary>The key of a transfer.</summary>
    public static string Of(long from, long sequence) =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix}{from}:{sequence}");

    /// <summary>Whether a deposit is the arrival of a transfer.</summary>
    public static bool IsTransfer(string key) => key.StartsWith(Prefix, StringComparison.Ordinal);
}

/// <summary>The place of a transfer in an account's list of them, which is by time.</summary>
/// <param name="TimeNanos">When it was given, Unix nanoseconds.</param>
/// <param name="From">The number of the account that gave.</param>
/// <param name="Sequence">The giving account's sequence of it.</param>
[GenerateSerializer, Immutable, Alias("transfer-place")]
public readonly record struct TransferPlace(long TimeNanos, long From, long Sequence);

/// <summary>A transfer as the history shows it.</summary>
/// <param name="Sequence">The giving account's sequence of it.</param>
/// <param name="Key">Its name among the names of the giving account.</param>
/// <param name="From">The number of the account that gave.</param>
/// <param name="To">The number of the account that receives.</param>
/// <param name="Asset">The asset's name.</param>
/// <param name="Decimals">Digits of its minor unit after the point.</param>
/// <param name="Amount">Minor units.</param>
/// <param name="IsDone">Whether it is known to have arrived; until then it is on its way.</param>
/// <param name="TimeNanos">When it was given, Unix nanoseconds.</param>
[GenerateSerializer, Immutable, Alias("account-transfer")]
public sealed record AccountTransfer(
    long Sequence, string Key, long From, long To, string Asset, int Decimals, long Amount, bool IsDone, long TimeNanos);
