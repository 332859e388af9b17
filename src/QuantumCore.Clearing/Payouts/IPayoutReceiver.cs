using System.Collections.Immutable;
using QuantumCore.Contracts;

namespace QuantumCore.Clearing;

/// <summary>A batch for the receiver of payouts: the same bytes under the same id, however often.</summary>
/// <param name="Id">Permanent id of the batch.</param>
/// <param name="Asset">The asset's name.</param>
/// <param name="Decimals">Decimal places of its minor unit.</param>
/// <param name="Items">Payments to make.</param>
public sealed record PayoutBatch(string Id, string Asset, int Decimals, ImmutableArray<PayoutItem> Items);

/// <summary>The receiver's verdict on a batch.</summary>
public enum PayoutVerdict
{
    /// <summary>No final answer yet: ask again. A payment that may still be reversed is not final.</summary>
    NotYet = 0,

    /// <summary>Paid completely and irreversibly.</summary>
    Final = 1,

    /// <summary>Finally refused: nothing was or will be paid.</summary>
    Refused = 2,
}

/// <summary>The receiver's answer to a batch.</summary>
/// <param name="Verdict">The verdict.</param>
/// <param name="Why">Reason for a refusal.</param>
public readonly record struct PayoutAnswer(PayoutVerdict Verdict, string Why = "");

/// <summary>A receiver of payouts: a bank, a chain, a folder.</summary>
public interface IPayoutReceiver
{
    /// <summary>
    /// Sends a batch, or asks for its outcome. It is called again with the same batch until the answer is final,
    /// perhaps by several silos at once. The receiver tells batches apart by id and pays each once. An exception means
    /// that the outcome is unknown.
    /// </summary>
    ValueTask<PayoutAnswer> SendAsync(PayoutBatch batch, CancellationToken cancellationToken);
}
