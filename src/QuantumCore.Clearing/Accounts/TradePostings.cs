using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>
/// A line of a double entry. A positive amount raises the holder's claim. Lines of an entry sum to zero per asset.
/// </summary>
/// <param name="Leg">Position within the entry: 0 to 3 are the sides of a trade, 4 and up its fees.</param>
/// <param name="Account">Account whose claim changes.</param>
/// <param name="Asset">Name of the asset.</param>
/// <param name="Amount">Minor units: credit less debit.</param>
/// <param name="IsPending">
/// True for what is traded and not settled. Pending lines of an entry sum to zero, and so do the others.
/// </param>
public readonly record struct Posting(int Leg, AccountId Account, string Asset, long Amount, bool IsPending = false);

/// <summary>The parties, price and fees of a trade. Postings are a pure function of them.</summary>
/// <param name="Buyer">Account that receives base and pays quote.</param>
/// <param name="Seller">Account that receives quote and pays base.</param>
/// <param name="PriceTicks">Price in ticks.</param>
/// <param name="QuantityLots">Quantity in lots.</param>
/// <param name="BuyerFee">The buyer's fee, quote minor units.</param>
/// <param name="SellerFee">The seller's fee, quote minor units.</param>
public readonly record struct TradeMoney(
    AccountId Buyer, AccountId Seller, long PriceTicks, long QuantityLots, long BuyerFee, long SellerFee);

/// <summary>Makes double entries of trades, deposits and transfers.</summary>
public static class TradePostings
{
    /// <summary>
    /// Returns the entry of a trade: four sides, and a pair per non-zero fee; all pending if it does not settle at
    /// once.
    /// </summary>
    public static IReadOnlyList<Posting> Of(Instrument instrument, in TradeMoney trade)
    {
        var (notional, units) = AmountsOf(instrument, in trade);
        var (cash, unit) = (instrument.Quote.Name, instrument.Base.Name);
        var isPending = instrument.SettlementDays > 0;
        var entry = new List<Posting>(8)
        {
            new(0, trade.Buyer, cash, -notional, isPending),
            new(1, trade.Seller, cash, notional, isPending),
            new(2, trade.Seller, unit, -units, isPending),
            new(3, trade.Buyer, unit, units, isPending),
        };
        AddFee(entry, trade.Buyer, cash, trade.BuyerFee, isPending);
        AddFee(entry, trade.Seller, cash, trade.SellerFee, isPending);
        return entry;
    }

    /// <summary>Returns the cash that the buyer pays, and the units that it gets, in minor units.</summary>
    public static (long Cash, long Units) AmountsOf(Instrument instrument, in TradeMoney trade) => (
        (long)instrument.Notional(trade.PriceTicks, trade.QuantityLots),
        checked(trade.QuantityLots * instrument.LotUnits));

    /// <summary>
    /// Returns the entry of an account's settlement: pending amounts become settled, through the clearing account.
    /// </summary>
    /// <param name="account">The account.</param>
    /// <param name="asset">Name of the asset.</param>
    /// <param name="amount">Minor units: positive if received, negative if given.</param>
    public static IReadOnlyList<Posting> OfSettlement(AccountId account, string asset, long amount) =>
    [
        new(0, account, asset, -amount, IsPending: true),
        new(1, AccountId.Clearing, asset, amount, IsPending: true),
        new(2, AccountId.Clearing, asset, -amount),
        new(3, account, asset, amount),
    ];

    /// <summary>Returns the entry of an amount that one account gives and another receives.</summary>
    public static IReadOnlyList<Posting> Of(
        AccountId from, AccountId to, string asset, long amount, bool isPending = false) =>
        [
            new(0, from, asset, -amount, isPending),
            new(1, to, asset, amount, isPending),
        ];

    /// <summary>
    /// Returns the entry of paying a pending amount: between the same accounts, from pending to settled.
    /// </summary>
    public static IReadOnlyList<Posting> OfPayment(AccountId from, AccountId to, string asset, long amount) =>
    [
        new(0, to, asset, -amount, IsPending: true),
        new(1, from, asset, amount, IsPending: true),
        new(2, from, asset, -amount),
        new(3, to, asset, amount),
    ];

    private static void AddFee(List<Posting> entry, AccountId payer, string asset, long fee, bool isPending)
    {
        if (fee != 0)
        {
            entry.Add(new Posting(entry.Count, payer, asset, -fee, isPending));
            entry.Add(new Posting(entry.Count, AccountId.Fees, asset, fee, isPending));
        }
    }
}
