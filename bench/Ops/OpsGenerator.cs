using System.Numerics;

namespace QuantumCore.Bench.Ops;

/// <summary>
/// Generates the operations of an OPS1 file: seeded order flow around a wandering price. The same arguments give the
/// same bytes on any machine and in any language.
/// </summary>
public sealed class OpsGenerator
{
    private const int LowestTicks = 1;

    private readonly int _depth;
    private readonly int _width;
    private readonly int _highestTicks;
    private readonly int[] _fairTicks;
    private readonly OpsBook[] _books;
    private readonly List<OpsOrder> _orders = [new()];

    // SplitMix64.
    private ulong _state;

    private OpsGenerator(int symbols, int depth, int width, ulong seed)
    {
        _depth = depth;
        _width = width;
        _state = seed;
        _highestTicks = width > 100 ? 1 << 18 : 1 << 14;
        _fairTicks = new int[symbols];
        Array.Fill(_fairTicks, _highestTicks / 2);
        _books = new OpsBook[symbols];
        for (var symbol = 0; symbol < symbols; symbol++)
            _books[symbol] = new OpsBook(_orders, _highestTicks);
    }

    /// <summary>Generates a file.</summary>
    /// <param name="symbols">Number of symbols, 1 to 65,536. Each takes memory for all its prices.</param>
    /// <param name="depth">Number of orders of each symbol at the start, and approximately later.</param>
    /// <param name="count">Number of operations after those.</param>
    /// <param name="width">Distance from the fair price within which half of all new orders arrive, in ticks.</param>
    /// <param name="seed">Seed, any number.</param>
    public static OpsFile Generate(int symbols, int depth, int count, int width, ulong seed)
    {
        var generator = new OpsGenerator(symbols, depth, width, seed);
        var preload = symbols * depth;
        var records = new OpsRecord[preload + count];
        for (var i = 0; i < records.Length; i++)
        {
            records[i] = generator.Next(preload: i < preload, i);
            generator._books[records[i].Symbol].Apply(records[i]);
        }

        return new OpsFile(
            symbols, preload, (uint)(generator._orders.Count - 1), LowestTicks, generator._highestTicks, seed, records);
    }

    // The random draws happen in this order and always all of them: that is the format.
    private OpsRecord Next(bool preload, int number)
    {
        var first = Draw();
        var symbols = (ulong)_books.Length;
        var symbol = preload
            ? (int)((ulong)number % symbols)
            : (int)Math.Min((first & 0xFF_FFFF) % symbols, ((first >> 24) & 0xFF_FFFF) % symbols);
        if (!preload && ((first >> 48) & 63) == 0)
            MoveFairPrice(symbol, up: ((first >> 54) & 1) != 0);

        var second = Draw();
        var side = (byte)(second & 1);
        var lots = (uint)(1 + ((second >> 8) % 100));
        var choice = (int)((second >> 32) % 10_000);
        var book = _books[symbol];
        var live = book.Live.Count;
        // With fewer orders than the target depth, new orders become likelier.
        var pull = (int)Math.Clamp((_depth - live) * 20_000L / _depth, -1_500, 1_500);
        if (preload || choice < 4_500 + pull || live < 2)
            return Enter(OpsVerb.New, symbol, side, Price(side, symbol), lots);
        if (choice < 8_700)
            return Cancel(symbol, Pick(book));
        if (choice < 9_200)
            return Replace(symbol, Pick(book), lots, elsewhere: (second & 2) != 0);

        lots = 1 + (lots * 6 / 10);
        var touch = book.Best(side ^ 1);
        if (touch == 0)
            return Enter(OpsVerb.New, symbol, side, Price(side, symbol), lots);
        if (choice >= 9_600)
            return Enter(OpsVerb.Market, symbol, side, 0, lots);

        var through = (int)((second >> 16) % 3);
        var limit = Math.Clamp(side == 0 ? touch + through : touch - through, LowestTicks, _highestTicks);
        return Enter(OpsVerb.Immediate, symbol, side, limit, lots);
    }

    private OpsRecord Enter(OpsVerb verb, int symbol, byte side, int price, uint lots)
    {
        _orders.Add(new OpsOrder { Side = side, PriceTicks = price });
        return new OpsRecord
        {
            Verb = verb,
            Side = side,
            Symbol = (ushort)symbol,
            PriceTicks = price,
            QuantityLots = lots,
            Id = (uint)(_orders.Count - 1),
        };
    }

    private OpsRecord Cancel(int symbol, uint reference)
    {
        var cancelled = _orders[(int)reference];
        return new OpsRecord
        {
            Verb = OpsVerb.Cancel,
            Side = cancelled.Side,
            Symbol = (ushort)symbol,
            PriceTicks = cancelled.PriceTicks,
            Reference = reference,
        };
    }

    private OpsRecord Replace(int symbol, uint reference, uint lots, bool elsewhere)
    {
        var replaced = _orders[(int)reference];
        var price = elsewhere ? Price(replaced.Side, symbol) : replaced.PriceTicks;
        return Enter(OpsVerb.Replace, symbol, replaced.Side, price, lots) with { Reference = reference };
    }

    private void MoveFairPrice(int symbol, bool up)
    {
        var quarter = _highestTicks / 4;
        _fairTicks[symbol] = Math.Clamp(_fairTicks[symbol] + (up ? 1 : -1), quarter, _highestTicks - quarter);
    }

    private int Price(int side, int symbol)
    {
        var distance = 1 + Geometric(_width);
        var price = side == 0 ? _fairTicks[symbol] - distance : _fairTicks[symbol] + distance;
        return Math.Clamp(price, LowestTicks, _highestTicks);
    }

    /// <summary>Picks a recent order three times of four, else any order.</summary>
    private uint Pick(OpsBook book)
    {
        var live = book.Live;
        var draw = Draw();
        return (draw & 3) != 0
            ? live[live.Count - 1 - Math.Min(Geometric(128), live.Count - 1)]
            : live[(int)((draw >> 8) % (ulong)live.Count)];
    }

    /// <summary>
    /// Draws a distance: below the width with probability 1/2, below twice the width with 3/4, and so on.
    /// </summary>
    private int Geometric(int width)
    {
        var draw = Draw();
        var halvings = Math.Min(16, BitOperations.TrailingZeroCount(draw));
        return (halvings * width) + (int)((draw >> 32) % (ulong)width);
    }

    private ulong Draw()
    {
        // Wraps by design, as random number generators do.
        unchecked
        {
            _state += 0x9E37_79B9_7F4A_7C15;
            var mixed = (_state ^ (_state >> 30)) * 0xBF58_476D_1CE4_E5B9;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D0_49BB_1331_11EB;
            return mixed ^ (mixed >> 31);
        }
    }
}
