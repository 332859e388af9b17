using System.Text;
using QuantumCore.Cli;
using QuantumCore.Cli.Live;

namespace QuantumCore.Client.Tests;

/// <summary>Keys of qc live.</summary>
public sealed class LiveStateTests
{
    private static readonly LiveState s_state = new(["AAPL", "AMZN", "BTC-USD"], 0);

    [Theory]
    [InlineData("10 150.25", OrderType.Limit, "10", "150.25")]
    [InlineData("10 @ 150.25", OrderType.Limit, "10", "150.25")]
    [InlineData("0.5 at .25", OrderType.Limit, "0.5", "0.25")]
    [InlineData("  7 ", OrderType.Market, "7", null)]
    public void Order_is_read_as_it_is_typed(string typed, OrderType type, string quantity, string? price)
    {
        var (state, action) = Press(s_state, $"s{typed}\r");
        var order = Assert.IsType<LiveAction.Place>(action).Order;
        Assert.Equal(("AAPL", OrderSide.Sell, type, quantity, price), (order.Symbol, order.Side, order.Type,
            Tables.Text(order.Quantity!.Value), order.Price is { } at ? Tables.Text(at) : null));
        Assert.Equal(LiveMode.Book, state.Mode);
    }

    [Theory]
    [InlineData("", "Type a quantity and a price")]
    [InlineData("1 2 3", "Type a quantity and a price")]
    [InlineData("-1", "'-1' is no quantity")]
    [InlineData("0", "'0' is no quantity")]
    [InlineData("1 1,5", "'1,5' is no price")]
    [InlineData("1e3 5", "'1e3' is no quantity")]
    [InlineData("1.00000000000000000000000000001", "'1.00000000000000000000000000001' is no quantity")]
    public void Typed_text_that_is_no_order_places_none_and_stays_to_be_corrected(string typed, string problem)
    {
        var (state, action) = Press(s_state, $"b{typed}\r");
        Assert.Null(action);
        Assert.StartsWith(problem, state.Message, StringComparison.Ordinal);
        Assert.Equal((LiveMode.Order, typed), (state.Mode, state.Typed));
    }

    [Fact]
    public void Selection_stays_with_its_order_while_others_come_and_is_the_first_when_it_ends()
    {
        Order[] orders = [Open("c"), Open("b"), Open("a")];
        var (state, _) = Press(s_state, "j", orders);
        Assert.Equal("b", orders[state.SelectedIn(orders)].ClientOrderId);
        Order[] more = [Open("d"), .. orders];
        Assert.Equal("b", more[state.SelectedIn(more)].ClientOrderId);
        Assert.Equal(0, state.SelectedIn([more[0], more[3]]));
        (state, _) = Press(state, "jjjj", more);
        Assert.Equal("a", more[state.SelectedIn(more)].ClientOrderId);
    }

    [Fact]
    public void Cancel_asks_first_and_only_y_is_yes()
    {
        Order[] orders = [Open("b"), Open("a")];
        var (asking, none) = Press(s_state, "jc", orders);
        Assert.Null(none);
        Assert.Equal("Cancel buy 5 AAPL (a)? y or n", asking.Question);
        Assert.Null(Press(asking, "\r", orders).Action);
        Assert.Equal("a", Assert.IsType<LiveAction.Cancel>(Press(asking, "y", orders).Action).Order.ClientOrderId);
        Assert.Equal(new LiveAction.CancelAll("AAPL"), Press(s_state, "Cy", orders).Action);
        Assert.Equal("There is no open order to cancel.", Press(s_state, "c").State.Message);
    }

    [Fact]
    public void List_is_filtered_by_what_is_typed_and_Enter_shows_the_chosen_instrument()
    {
        Assert.Equal("BTC-USD", Press(s_state, "/btc\r").State.Symbol);
        Assert.Equal("AAPL", Press(s_state, "/a\r").State.Symbol);
        Assert.Equal(
            (LiveMode.Pick, "AAPL"), (Press(s_state, "/xyz\r").State.Mode, Press(s_state, "/xyz\r").State.Symbol));
        Assert.Equal("AMZN", Press(s_state, "n").State.Symbol);
        Assert.Equal("BTC-USD", Press(s_state, "p").State.Symbol);
    }

    [Fact]
    public void Colours_need_terminal_support_and_no_line_is_wider_than_the_screen()
    {
        var view = new LiveView("AAPL", null, true, [new PriceLevel(150m, 3m)], [], [], "ACC-1", [Open("a")]);
        var lines = LiveScreen.Lines(view, s_state, 80, 24);
        Assert.Equal(24, lines.Count);
        Assert.Contains("\e[32m", LiveScreen.Frame(lines, 80, inColour: true), StringComparison.Ordinal);
        Assert.DoesNotContain("\e[3", LiveScreen.Frame(lines, 80, inColour: false), StringComparison.Ordinal);
        var line = new StringBuilder();
        new LiveLine("own", LiveStyle.Own).Add(" and more").WriteTo(line, 5, inColour: true);
        Assert.Equal("\e[33mown\e[m a", line.ToString());
        Assert.Equal("a?[2Jb??", new LiveLine("a\e[2Jb\r\u009b").ToString());
    }

    private static (LiveState State, LiveAction? Action) Press(LiveState state, string keys, params Order[] orders)
    {
        LiveAction? action = null;
        foreach (var key in keys)
            (state, action) = state.Press(
                new ConsoleKeyInfo(key, key == '\r' ? ConsoleKey.Enter : ConsoleKey.None, false, false, false), orders);
        return (state, action);
    }

    private static Order Open(string name) => new(
        1, name, "AAPL", "ACC-1", OrderSide.Buy, OrderType.Limit, TimeInForce.GoodTillCancelled, 150m, 5m, 0m, 5m,
        OrderStatus.New, null, 1, default, 0, []);
}
