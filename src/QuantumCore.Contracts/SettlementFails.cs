using System.Collections.Immutable;
using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>A shortfall that a receiver reports for a settled batch: an account gave less than it owed.</summary>
/// <param name="Account">The account that gave less.</param>
/// <param name="Asset">The asset's name.</param>
/// <param name="Amount">The shortfall, minor units: at least 1, at most what the account's item gives.</param>
public readonly record struct SettlementShort(long Account, string Asset, long Amount);

/// <summary>
/// A settlement fail: what one account still has to give or receive for trades of one symbol due on one date. Cash is
/// cumulative: <c>trunc(Cash × Settled / |Units|)</c> of it has settled in all, and the rest settles with the last
/// units.
/// </summary>
/// <param name="Account">The account.</param>
/// <param name="Symbol">The symbol that was traded.</param>
/// <param name="Base">The asset of its units.</param>
/// <param name="Quote">The asset of its cash.</param>
/// <param name="Since">Day on which it was first due, in UTC days since 1970.</param>
/// <param name="Units">Original units, minor units: positive to receive, negative to give, 0 for cash only.</param>
/// <param name="Cash">
/// Original cash for the units, including fees, minor units: positive to receive, negative to pay.
/// </param>
/// <param name="Settled">Units settled so far, minor units, 0 or more.</param>
/// <param name="UnitParts">Unsettled units, by trade day.</param>
/// <param name="CashParts">Unsettled cash, by trade day.</param>
public sealed record SettlementFail(
    long Account, string Symbol, Asset Base, Asset Quote, long Since, long Units, long Cash, long Settled,
    ImmutableArray<SettlementPart> UnitParts, ImmutableArray<SettlementPart> CashParts)
{
    /// <summary>Unsettled units, minor units: positive to receive, negative to give.</summary>
    public long UnitsLeft => checked(UnitParts.Sum(part => part.Amount));

    /// <summary>Unsettled cash, minor units: positive to receive, negative to pay.</summary>
    public long CashLeft => checked(CashParts.Sum(part => part.Amount));

    /// <summary>
    /// Returns the cash that settles with the given units, minor units, rounded toward zero; 0 for a cash-only fail.
    /// </summary>
    /// <param name="settled">Settled units, minor units, from 0 to all of them.</param>
    public long CashAt(long settled) => Units == 0 ? 0 : checked((long)((Int128)Cash * settled / Math.Abs(Units)));
}

/// <summary>
/// An operator's buy-in of what an account fails to deliver. The order is sent once this record is durable.
/// </summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Request">The operator's request.</param>
/// <param name="Lots">Quantity to buy, in lots, 1 or more.</param>
public sealed record SettlementBuyIn(long TimeNanos, BuyInRequest Request, long Lots) : SettlementRecord(TimeNanos, []);

/// <summary>Sets the business days that must end before a fail may be bought in.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Request">The number of days and who set it.</param>
public sealed record BuyInDaysSet(long TimeNanos, BuyInDaysRequest Request) : SettlementRecord(TimeNanos, []);

/// <summary>
/// A batch settled in part: an account did not deliver everything, or an older fail of the venue is still open. From
/// this record on, accounts own what they received. What failed stays pending and joins the venue's next batch.
/// </summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Batch">The batch.</param>
/// <param name="ValueDate">Business day on which the fails are due again, in UTC days since 1970.</param>
/// <param name="Items">
/// Settled items. Units sum to zero. Clearing has paid, or keeps until the fails are gone, any difference in cash.
/// </param>
/// <param name="Shorts">Shortfalls reported by the receiver.</param>
/// <param name="Fails">All fails of the venue from now on, whichever batch they come from.</param>
public sealed record SettlementPartial(
    long TimeNanos, long Batch, long ValueDate, ImmutableArray<SettlementItem> Items,
    ImmutableArray<SettlementShort> Shorts,
    ImmutableArray<SettlementFail> Fails)
    : SettlementRecord(TimeNanos, Items);
