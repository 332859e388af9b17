using QuantumCore.Client;

namespace QuantumCore.Replay;

/// <summary>The recording's units in those of an instrument, and what a whole recording needs of both assets.</summary>
/// <param name="instrument">Where the recording is replayed.</param>
/// <param name="schedule">The fees of everything that is paid in the instrument's quote asset; null: the instrument's own.</param>
internal sealed class ReplayUnits(Instrument instrument, FeeSchedule? schedule)
{
    private const decimal PriceUnits = 10_000m;

    internal static decimal Price(long price) => price / PriceUnits;

    /// <summary>Checks that the instrument can carry every price and quantity.</summary>
    /// <exception cref="FlowFormatException">One is between two ticks or lots.</exception>
    internal void Check(IEnumerable<FlowCommand> commands, string file)
    {
        foreach (var command in commands)
        {
            var (price, quantity) = command switch
            {
                RestOrder order => (order.Price, order.Quantity),
                AggressiveOrder order => (order.Limit, order.Quantity),
                ReduceOrder order => (0L, order.Quantity),
                _ => (0L, 0L),
            };
            if (Price(price) % instrument.TickSize != 0)
            {
                throw new FlowFormatException(file, command.Line,
                    $"price {Price(price)} is not a whole number of {instrument.Symbol}'s ticks of {instrument.TickSize}");
            }

            if (quantity % instrument.LotSize != 0)
            {
                throw new FlowFormatException(file, command.Line,
                    $"quantity {quantity} is not a whole number of {instrument.Symbol}'s lots of {instrument.LotSize}");
            }
        }
    }

    /// <summary>Enough of both assets for all orders of maker or taker at once, fees included.</summary>
    internal (decimal Base, decimal Quote) Funds(IEnumerable<FlowCommand> commands, bool maker)
    {
        var tiers = schedule?.Tiers ?? [];
        var dearestPpm = tiers.Select(static tier => Math.Max(tier.MakerFeePpm, tier.TakerFeePpm))
            .DefaultIfEmpty(Math.Max(instrument.MakerFeePpm, instrument.TakerFeePpm)).Max();
        var minimum = schedule?.MinimumFee ?? 0;
        var scale = Enumerable.Repeat(10m, instrument.QuoteDecimals).Aggregate(1m, static (product, ten) => product * ten);
        decimal units = 0, money = 0;
        foreach (var command in commands)
        {
            var (side, quantity, price) = command switch
            {
                RestOrder order when maker => (order.Side, order.Quantity, order.Price),
                AggressiveOrder order when !maker => (order.Side, order.Quantity, order.Limit),
                _ => (default(OrderSide), 0L, 0L),
            };
            if (side == OrderSide.Sell)
                units += quantity;

            // Fees of sales are paid from what they bring, so that only purchases need money before. Each order's fee is rounded up.
            if (side == OrderSide.Buy)
            {
                var value = quantity * Price(price);
                money += value + Math.Max(minimum, decimal.Ceiling(value * Math.Max(0, dearestPpm) / 1_000_000 * scale) / scale);
            }
        }

        return (units + 1, decimal.Ceiling(money) + 1);
    }
}
