using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>A trade with both of its sides. In an auction, where nobody takes, the buyer is the taker.</summary>
/// <param name="TakerSide">The taker's side.</param>
/// <param name="PriceTicks">Price, in ticks.</param>
/// <param name="QuantityLots">Quantity, in lots.</param>
/// <param name="Taker">The side of the incoming order.</param>
/// <param name="Maker">The side of the resting order.</param>
/// <param name="IsAuction">True for a trade of an auction.</param>
[GenerateSerializer, Immutable, Alias("matched-trade")]
public readonly record struct MatchedTrade(
    Side TakerSide, long PriceTicks, long QuantityLots, TradeSide Taker, TradeSide Maker, bool IsAuction = false)
{
    /// <summary>The maker's side.</summary>
    public Side MakerSide => TakerSide == Side.Buy ? Side.Sell : Side.Buy;

    /// <summary>The side that buys.</summary>
    public TradeSide Buyer => TakerSide == Side.Buy ? Taker : Maker;

    /// <summary>The side that sells.</summary>
    public TradeSide Seller => TakerSide == Side.Buy ? Maker : Taker;

    /// <summary>Returns the trade at another price and with other fees.</summary>
    /// <param name="priceTicks">Price, in ticks.</param>
    /// <param name="takerFee">The taker's fee, quote minor units.</param>
    /// <param name="makerFee">The maker's fee, quote minor units.</param>
    public MatchedTrade At(long priceTicks, long takerFee, long makerFee) => this with
    {
        PriceTicks = priceTicks,
        Taker = Taker with { Fee = takerFee },
        Maker = Maker with { Fee = makerFee },
    };

    /// <summary>Returns the trade without the state in which it left the two orders.</summary>
    public MatchedTrade WithoutOrderState() => this with
    {
        Taker = Taker with { LeavesLots = 0, Hold = 0 },
        Maker = Maker with { LeavesLots = 0, Hold = 0 },
    };
}

/// <summary>The side of a trade that an order has.</summary>
/// <param name="Account">The order's account.</param>
/// <param name="Number">The order's number within the account.</param>
/// <param name="OrderId">The order's public id.</param>
/// <param name="Fee">Its fee, quote minor units; negative for a rebate.</param>
/// <param name="LeavesLots">The order's open quantity after the trade, in lots.</param>
/// <param name="Hold">Amount still held for the order, minor units of the asset it gives.</param>
[GenerateSerializer, Immutable, Alias("trade-side")]
public readonly record struct TradeSide(
    long Account, long Number, long OrderId, long Fee, long LeavesLots = 0, long Hold = 0)
{
    /// <summary>Returns true if it is the side of an order.</summary>
    public bool IsOf(long account, long number) => Account == account && Number == number;
}
