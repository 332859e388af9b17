using System.Collections.Immutable;
using QuantumCore.Contracts;

namespace QuantumCore.Grains.Payouts;

/// <summary>What is sent to the receiver of payouts: the same bytes under the same id, however often.</summary>
/// <param name="Id">Names the batch for ever.</param>
/// <param name="Asset">The asset's name.</param>
/// <param name="Decimals">Digits of its minor unit after the point.</param>
/// <param name="Items">What is to be paid.</param>
public sealed record PayoutBatch(string Id, string Asset, int Decimals, ImmutableArray<PayoutItem> Items);

/// <summary>The receiver's word about a batch.</summary>
public enum PayoutVerdict
{
    /// <summary>Neither of the others: it is asked again. A payment that may still be taken back is not final.</summary>
    NotYet = 0,

    /// <summary>Paid, all of it, and never to be taken back.</summary>
    Final = 1,

    /// <summary>Not paid, none of it, and never going to be.</summary>
    Refused = 2,
}

/// <summary>The receiver's answer to a batch.</summary>
/// <param name="Verdict">Its word.</param>
/// <param name="Why">Why it was refused.</param>
public readonly record struct PayoutAnswer(PayoutVerdict Verdict, string Why = "");

/// <summary>Who pays out: a bank, a chain, a folder.</summary>
public interface IPayoutReceiver
{
    /// <summary>
    /// Gives the receiver a batch, or asks again what became of it. It is called again with the same batch until the answer is
    /// final, by several silos at once too: the receiver tells batches apart by their ids, and pays each once. Whatever is
    /// thrown means that nothing is known.
    /// </summary>
    ValueTask<PayoutAnswer> SendAsync(PayoutBatch batch, CancellationToken cancellationToken);
}
