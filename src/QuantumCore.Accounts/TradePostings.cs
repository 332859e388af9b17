using QuantumCore.Instruments;

namespace QuantumCore.Accounts;

/// <summary>One line of a double entry. Positive raises the holder's claim; lines of an entry sum to zero per asset.</summary>
/// <param name="Leg">Position within the entry: 0 to 3 are the sides of a trade, 4 and up its fees.</param>
/// <param name="Account">Whose claim changes.</param>
/// <param name="Asset">Name of the asset.</param>
/// <param name="Amount">Minor units: credit less debit.</param>
public readonly record struct Posting(int Leg, AccountId Account, string Asset, long Amount);

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
    /// <summary>The entry of a trade that settles at once: four sides, and a pair per fee that is not zero.</summary>
    public static IReadOnlyList<Posting> Of(Instrument instrument, in TradeMoney trade)
    {
        var notional = (long)instrument.Notional(trade.PriceTicks, trade.QuantityLots);
        var units = checked(trade.QuantityLots * instrument.LotUnits);
        var (cash, unit) = (instrument.Quote.Name, instrument.Base.Name);
        var entry = new List<Posting>(8)
        {
            new(0, trade.Buyer, cash, -notional),
            new(1, trade.Seller, cash, notional),
            new(2, trade.Seller, unit, -units),
            new(3, trade.Buyer, unit, units),
        };
        AddFee(entry, trade.Buyer, cash, trade.BuyerFee);
        AddFee(entry, trade.Seller, cash, trade.SellerFee);
        return entry;
    }

    /// <summary>The entry of an amount that one account gives and another receives.</summary>
    public static IReadOnlyList<Posting> Of(AccountId from, AccountId to, string asset, long amount) =>
    [
        new(0, from, asset, -amount),
        new(1, to, asset, amount),
    ];

    private static void AddFee(List<Posting> entry, AccountId payer, string asset, long fee)
    {
        if (fee != 0)
        {
            entry.Add(new Posting(entry.Count, payer, asset, -fee));
            entry.Add(new Posting(entry.Count, AccountId.Fees, asset, fee));
        }
    }
}
