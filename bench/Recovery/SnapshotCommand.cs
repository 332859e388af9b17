using System.Diagnostics;
using System.Globalization;
using QuantumCore.Bench.Exchange;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Bench.Recovery;

/// <summary>
/// <c>snapshot</c>: measures serializing a book with many resting orders, which happens outside its turns.
/// </summary>
internal static class SnapshotCommand
{
    public static int Run(string[] arguments)
    {
        var resting = new Options(arguments, "--resting").Number("--resting", 1_000_000);
        var book = new BookMachine("DEEP");
        book.Define(
            EncodedInstrument.From(new Instrument
            {
                Symbol = "DEEP",
                Base = new Asset("DEEP", 0),
                Quote = new Asset("USD", 2),
                PriceDecimals = 2,
                TickSize = 1,
                QuantityDecimals = 0,
                LotSize = 1,
            }),
            1);
        for (var i = 0; i < resting; i++)
        {
            var side = i % 2 == 0 ? Side.Buy : Side.Sell;
            var price = side == Side.Buy ? 50_000 - (i % 10_000) : 50_001 + (i % 10_000);
            book.Submit(
                new SubmitOrder(
                    10_000 + (i % 64), 1 + (i / 64), string.Create(CultureInfo.InvariantCulture, $"n{i}"), side,
                    OrderType.Limit, TimeInForce.GoodTillCancel, false, price, 10, 0, 0, 0, 0),
                i + 2);
        }

        var (encode, restore, bytes) = (double.MaxValue, double.MaxValue, 0);
        for (var round = 0; round < 5; round++)
        {
            var started = Stopwatch.GetTimestamp();
            var snapshot = book.Snapshot();
            encode = Math.Min(encode, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            started = Stopwatch.GetTimestamp();
            var again = BookMachine.Restore("DEEP", snapshot);
            restore = Math.Min(restore, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            bytes = snapshot.Length;
            if (again.Core.StateHash != book.Core.StateHash)
            {
                throw new InvalidOperationException("The restored book has another state.");
            }
        }

        Console.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"resting":{{book.Core.OpenOrders}},"bytes":{{bytes}},"encodeMs":{{encode:F0}},"restoreMs":{{restore:F0}}}"""));
        return 0;
    }
}
