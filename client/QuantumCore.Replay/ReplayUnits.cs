using QuantumCore.Client;

namespace QuantumCore.Replay;

/// <summary>The recording's units in those of an instrument, and what a whole recording needs of both assets.</summary>
/// <param name="instrument">Where the recording is replayed.</param>
/// <param name="schedule">The fees of everything that is paid in the instrument's quote asset; null: the instrument's own.</param>
internal sealed class ReplayUnits(Instrument instrument, FeeSchedule? schedule)
{
    /// <summary>The tick of recordings with prices of more than two decimals.</summary>
    internal const decimal Finest = 0.0001m;

    private const decimal PriceUnits = 10_000m;
    private const long Cent = 100;

    internal static decimal Price(long price) => price / PriceUnits;

    /// <summary>Returns true if a price has more than two decimals, as those of stocks below a dollar have.</summary>
    internal static bool HasFractions(IEnumerable<FlowCommand> commands) => commands.Any(static command => command switch
    {
        RestOrder order => order.Price % Cent != 0,
        AggressiveOrder order => order.Limit % Cent != 0,
        _ => false,
    });

    /// <summary>Checks that the instrument can carry every price and quantity, and that what a command is about is there: what is wrong shows before anything is sent.</summary>
    /// <exception cref="FlowFormatException">One is between two ticks or lots, beyond the instrument's limits, or about an order that does not rest.</exception>
    internal void Check(IEnumerable<FlowCommand> commands, string file)
    {
        var resting = new Dictionary<long, long>();
        foreach (var command in commands)
        {
            Follow(command, resting, file);
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
                    $"price {Price(price)} is not a whole number of {instrument.Symbol}'s ticks of {instrument.TickSize}: replay to a symbol with ticks of {Finest}");
            }

            if (price > 0 && (Price(price) < instrument.MinPrice || Price(price) > instrument.MaxPrice))
            {
                throw new FlowFormatException(file, command.Line,
                    $"price {Price(price)} is not within {instrument.Symbol}'s {instrument.MinPrice} to {instrument.MaxPrice}");
            }

            if (quantity % instrument.LotSize != 0)
            {
                throw new FlowFormatException(file, command.Line,
                    $"quantity {quantity} is not a whole number of {instrument.Symbol}'s lots of {instrument.LotSize}");
            }

            if (command is RestOrder or AggressiveOrder && (quantity < instrument.MinQuantity || quantity > instrument.MaxQuantity))
            {
                throw new FlowFormatException(file, command.Line,
                    $"quantity {quantity} is not within {instrument.Symbol}'s {instrument.MinQuantity} to {instrument.MaxQuantity}");
            }
        }
    }

    /// <summary>Keeps what rests, as the replay will.</summary>
    private static void Follow(FlowCommand command, Dictionary<long, long> resting, string file)
    {
        switch (command)
        {
            case RestOrder order:
                resting[order.Id] = order.Quantity;
                break;
            case ReduceOrder order:
                TakeOff(order.Id, order.Quantity);
                break;
            case WithdrawOrder order:
                TakeOff(order.Id, long.MaxValue);
                break;
            case AggressiveOrder order:
                foreach (var fill in order.Fills)
                    TakeOff(fill.MakerId, fill.Quantity);
                break;
        }

        void TakeOff(long id, long quantity)
        {
            if (!resting.TryGetValue(id, out var left))
                throw new FlowFormatException(file, command.Line, $"order {id} does not rest at this point of the recording");
            if (left > quantity)
                resting[id] = left - quantity;
            else
                resting.Remove(id);
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
