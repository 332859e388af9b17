using System.Collections.Immutable;
using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>What a receiver says of a batch that has settled, and of which somebody gave less than it owed.</summary>
/// <param name="Account">Who gave less.</param>
/// <param name="Asset">The asset's name.</param>
/// <param name="Amount">How much less, minor units: 1 or more, at most what its item gives.</param>
public readonly record struct SettlementShort(long Account, string Asset, long Amount);

/// <summary>
/// What one account still has to give or to receive of the trades of one symbol that were due on one date. Cash is cumulative: of all of it
/// <c>trunc(Cash × Settled / |Units|)</c> has settled, and what is left goes with the last units.
/// </summary>
/// <param name="Account">The account.</param>
/// <param name="Symbol">The symbol that was traded.</param>
/// <param name="Base">The asset of its units.</param>
/// <param name="Quote">The asset of its cash.</param>
/// <param name="Since">Number of the UTC day since 1970 on which it was due first.</param>
/// <param name="Units">What it came to, minor units: to receive, or less than zero: to give. 0: only cash.</param>
/// <param name="Cash">The cash for it with fees, minor units: to receive, or less than zero: to pay.</param>
/// <param name="Settled">How many of the units have settled, minor units, 0 or more.</param>
/// <param name="UnitParts">The units that are left, by trade day.</param>
/// <param name="CashParts">The cash that is left, by trade day.</param>
public sealed record SettlementFail(
    long Account, string Symbol, Asset Base, Asset Quote, long Since, long Units, long Cash, long Settled,
    ImmutableArray<SettlementPart> UnitParts, ImmutableArray<SettlementPart> CashParts)
{
    /// <summary>Units that are left, minor units: to receive, or less than zero: to give.</summary>
    public long UnitsLeft => checked(UnitParts.Sum(part => part.Amount));

    /// <summary>Cash that is left, minor units: to receive, or less than zero: to pay.</summary>
    public long CashLeft => checked(CashParts.Sum(part => part.Amount));

    /// <summary>The cash that has settled with so many of its units, minor units, toward zero; nothing of what is only cash.</summary>
    /// <param name="settled">Minor units, 0 to all of them.</param>
    public long CashAt(long settled) => Units == 0 ? 0 : checked((long)((Int128)Cash * settled / Math.Abs(Units)));
}

/// <summary>An operator has what an account fails to deliver bought for it; the order is sent when this is durable.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Request">What was asked for.</param>
/// <param name="Lots">So many are bought, 1 or more.</param>
public sealed record SettlementBuyIn(long TimeNanos, BuyInRequest Request, long Lots) : SettlementRecord(TimeNanos, []);

/// <summary>From now on so many business days end before a fail may be bought in.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Request">How many, and who says so.</param>
public sealed record BuyInDaysSet(long TimeNanos, BuyInDaysRequest Request) : SettlementRecord(TimeNanos, []);

/// <summary>
/// A batch has settled but for what somebody did not deliver, or has settled while something older of its venue fails. From this record on accounts have
/// what they received of it; what failed stays pending, and is in the venue's next batch.
/// </summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Batch">The batch.</param>
/// <param name="ValueDate">Number of the business day on which what fails is due again.</param>
/// <param name="Items">What has settled. Units sum to zero; what cash does not, clearing has paid or keeps until the fails are gone.</param>
/// <param name="Shorts">What the receiver said.</param>
/// <param name="Fails">All that fails at the venue from now on, whichever batch it is from.</param>
public sealed record SettlementPartial(
    long TimeNanos, long Batch, long ValueDate, ImmutableArray<SettlementItem> Items, ImmutableArray<SettlementShort> Shorts,
    ImmutableArray<SettlementFail> Fails)
    : SettlementRecord(TimeNanos, Items);
