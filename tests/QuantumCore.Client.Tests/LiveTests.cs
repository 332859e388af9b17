using QuantumCore.Cli.Live;

namespace QuantumCore.Client.Tests;

/// <summary>The tape of qc live.</summary>
public sealed class LiveTests
{
    private static readonly Trade s_first = Made("7-0", 70, 150m);
    private static readonly Trade s_second = Made("8-0", 80, 151m);

    [Fact]
    public void A_trade_is_marked_as_soon_as_it_is_changed_and_no_more_when_it_is_as_it_was_made()
    {
        var model = Begin();
        model.Take(Update([s_first, s_second]));
        Assert.Equal(["151 2 sell", "150 2 sell"], Tape(model));
        model.Take(Update([], Changed("7-0", 150m, 149.5m), Changed("8-0", 151m, null)));
        Assert.Equal(["151 2 void sell", "150 2 corrected 149.5 sell"], Tape(model));
        model.Take(Update([], Changed("7-0", 150m, 150m), Changed("1-0", 100m, null)));
        Assert.Equal(["151 2 void sell", "150 2 sell"], Tape(model));
    }

    [Fact]
    public void Earlier_trades_are_current_and_report_missed_changes_of_known_ones()
    {
        var model = Begin();
        model.Take(Update([s_second]));
        model.Take("AAPL", [
            Made("9-0", 90, 152m), s_second with { State = TradeState.Void },
            s_first with { State = TradeState.Corrected, CorrectedPrice = 149m }]);
        Assert.Equal(["152 2 sell", "151 2 void sell", "150 2 corrected 149 sell"], Tape(model));
        model.Take("AAPL", [Made("9-0", 90, 152m), s_second with { State = TradeState.Void }, s_first]);
        Assert.Equal(["152 2 sell", "151 2 void sell", "150 2 sell"], Tape(model));
    }

    [Fact]
    public void A_trade_that_was_read_with_those_of_before_is_there_once_when_it_is_told_too()
    {
        var model = Begin();
        model.Take("AAPL", [s_second, s_first]);
        model.Take(Update([s_second, Made("9-0", 90, 152m)]));
        Assert.Equal(["152 2 sell", "151 2 sell", "150 2 sell"], Tape(model));
    }

    [Fact]
    public void A_terminal_of_80_columns_has_room_for_what_became_of_a_trade()
    {
        var model = Begin();
        model.Take(Update([s_first, s_second], Changed("7-0", 150m, 149.5m), Changed("8-0", 151m, null)));
        var lines = LiveScreen.Lines(model.Now, new LiveState(["AAPL"], 0), 80, 24)
            .Select(static line => line.ToString()[..Math.Min(line.Width, 79)]);
        Assert.Contains(lines, line => line.EndsWith(" 2 void sell", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.EndsWith(" 2 corrected", StringComparison.Ordinal));
    }

    private static LiveModel Begin()
    {
        var model = new LiveModel();
        model.Show("AAPL");
        return model;
    }

    /// <summary>Returns the tape without its times, newest first, as a wide terminal shows it.</summary>
    private static string[] Tape(LiveModel model) =>
    [
        .. LiveScreen.Lines(model.Now, new LiveState(["AAPL"], 0), 120, 24).Skip(2).Take(model.Now.Tape.Count)
            .Select(
                static line =>
                    string.Join(' ', line.ToString()[40..].Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1))),
    ];

    private static BookUpdate Update(IReadOnlyList<Trade> trades, params PublicTradeChange[] changes) =>
        new(BookChange.Update, new LocalBook("AAPL"), trades) { TradeChanges = changes };

    private static PublicTradeChange Changed(string trade, decimal traded, decimal? now) =>
        new(
            trade, now is null ? TradeState.Void : TradeState.Corrected, traded, traded, now, 2m, OrderSide.Sell, 70,
            90, 900);

    private static Trade Made(string id, long nanos, decimal price) =>
        new(id, price, 2m, OrderSide.Sell, default, nanos);
}
