using QuantumCore.Client;
using QuantumCore.Instruments;
using QuantumCore.Market;
using QuantumCore.Matching;
using Instrument = QuantumCore.Instruments.Instrument;
using PriceLevel = QuantumCore.Client.PriceLevel;

namespace QuantumCore.Examples.Backtest;

/// <summary>
/// The exchange's simulated participants at its matching core, without the exchange around them, on a clock of its own:
/// a day takes seconds, and a seed is a day. The strategy's orders meet what rests there; they have an impact, as at
/// the exchange.
/// </summary>
internal sealed class TimeTravel : ISteppedMarket
{
    // Nobody's number among the participants.
    private const long Account = 1_000;
    private const int FeePpm = 500;

    private static readonly Instrument s_share = new()
    {
        Symbol = "AMZN",
        Base = new Asset("AMZN", 0),
        Quote = new Asset("USD", 2),
        PriceDecimals = 2,
        TickSize = 1,
        QuantityDecimals = 0,
        LotSize = 1,
        TakerFeePpm = FeePpm,
        ReferencePriceTicks = 18_500,
        MaxPriceTicks = 100_000_000,
        MaxQuantityLots = 1_000_000_000,
    };

    private readonly BareMarket _market;
    private long _orders;

    public TimeTravel(ulong seed) =>
        _market = new BareMarket(s_share, new MarketModel(), seed, s_share.ReferencePriceTicks, startNanos: 0);

    /// <inheritdoc/>
    public Task<(PriceLevel Bid, PriceLevel Ask)?> StepAsync(int steps, CancellationToken stop)
    {
        for (var i = 0; i < steps; i++)
            _market.Step();

        return Task.FromResult<(PriceLevel, PriceLevel)?>(
            _market.Book.TryGetBest(Side.Buy, out var bid, out var bidLots)
                && _market.Book.TryGetBest(Side.Sell, out var ask, out var askLots)
                ? (new PriceLevel(Price(bid), bidLots), new PriceLevel(Price(ask), askLots))
                : null);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<OrderFill>> TakeAsync(PlaceOrder order, CancellationToken stop)
    {
        var entered = new NewOrder(
            Account,
            order.Side == OrderSide.Buy ? Side.Buy : Side.Sell,
            OrderType.Limit,
            QuantumCore.Instruments.TimeInForce.ImmediateOrCancel,
            PostOnly: false,
            (long)(order.Price!.Value * 100),
            (long)order.Quantity!.Value);
        var fills = new List<OrderFill>();
        if (_market.Trade(in entered) != RejectReason.None)
            return Task.FromResult<IReadOnlyList<OrderFill>>(fills);

        // As at the exchange: up to the cent, once for the order, each fill what the order owes by then.
        var (cents, paid) = (0L, 0L);
        _orders++;
        foreach (ref readonly var happened in _market.Book.Events)
        {
            if (happened.Kind != BookEventKind.Trade)
                continue;

            cents += happened.PriceTicks * happened.QuantityLots;
            var owed = (long)Rounding.DivUp((Int128)cents * FeePpm, 1_000_000);
            fills.Add(
                new OrderFill(
                    $"{_orders}-{fills.Count}", Price(happened.PriceTicks), happened.QuantityLots, (owed - paid) / 100m,
                    Liquidity.Taker));
            paid = owed;
        }

        return Task.FromResult<IReadOnlyList<OrderFill>>(fills);
    }

    private static decimal Price(long ticks) => ticks / 100m;
}
