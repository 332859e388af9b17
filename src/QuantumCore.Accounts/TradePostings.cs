using QuantumCore.Instruments;

namespace QuantumCore.Accounts;

/// <summary>One line of a double entry. Positive raises the holder's claim; lines of an entry sum to zero per asset.</summary>
/// <param name="Leg">Position within the entry: 0 to 3 are the sides of a trade, 4 and up its fees.</param>
/// <param name="Account">Whose claim changes.</param>
/// <param name="Asset">Name of the asset.</param>
/// <param name="Amount">Minor units: credit less debit.</param>
/// <param name="IsPending">Of what is traded and not settled. Lines of an entry sum to zero for these, and for the others.</param>
public readonly record struct Posting(int Leg, AccountId Account, string Asset, long Amount, bool IsPending = false);

/// <summary>A trade's money: who gave what to whom. Postings are a pure function of it.</summary>
/// <param name="Buyer">Receives base, pays quote.</param>
/// <param name="Seller">Receives quote, pays base.</param>
/// <param name="PriceTicks">Price in ticks.</param>
/// <param name="QuantityLots">Quantity in lots.</param>
/// <param name="BuyerFee">Quote minor units.</param>
/// <param name="SellerFee">Quote minor units.</param>
public readonly record struct TradeMoney(
    AccountId Buyer, AccountId Seller, long PriceTicks, long QuantityLots, long BuyerFee, long SellerFee);

/// <summary>Double entries of trades, deposits and transfers.</summary>
public static class TradePostings
{
    /// <summary>The entry of a trade: four sides, and a pair per fee that is not zero; all pending where it does not settle at once.</summary>
    public static IReadOnlyList<Posting> Of(Instrument instrument, in TradeMoney trade)
    {
        var notional = (long)instrument.Notional(trade.PriceTicks, trade.QuantityLots);
        var units = checked(trade.QuantityLots * instrument.LotUnits);
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

    /// <summary>The entry of what an account received, or gave, at settlement: what was pending is settled, by way of clearing.</summary>
    /// <param name="account">Whose.</param>
    /// <param name="asset">Name of the asset.</param>
    /// <param name="amount">Minor units: received, or less than zero: given.</param>
    public static IReadOnlyList<Posting> OfSettlement(AccountId account, string asset, long amount) =>
    [
        new(0, account, asset, -amount, IsPending: true),
        new(1, AccountId.Clearing, asset, amount, IsPending: true),
        new(2, AccountId.Clearing, asset, -amount),
        new(3, account, asset, amount),
    ];

    /// <summary>The entry of an amount that one account gives and another receives.</summary>
    public static IReadOnlyList<Posting> Of(AccountId from, AccountId to, string asset, long amount, bool isPending = false) =>
    [
        new(0, from, asset, -amount, isPending),
        new(1, to, asset, amount, isPending),
    ];

    /// <summary>The entry of a pending amount that is paid: between the same two, no more pending and settled.</summary>
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
