using System.Globalization;
using QuantumCore.Client;

namespace QuantumCore.Cli.Live;

/// <summary>Meaning of the keys at the moment.</summary>
internal enum LiveMode
{
    /// <summary>Keys are commands.</summary>
    Book,

    /// <summary>The list of keys is open.</summary>
    Help,

    /// <summary>The list of instruments is open; letters filter it.</summary>
    Pick,

    /// <summary>An order is typed.</summary>
    Order,

    /// <summary>A question is asked; <c>y</c> is yes.</summary>
    Question,
}

/// <summary>Action that the user asks for at the screen.</summary>
internal abstract record LiveAction
{
    /// <summary>Place an order.</summary>
    internal sealed record Place(PlaceOrder Order) : LiveAction;

    /// <summary>Cancel an order.</summary>
    internal sealed record Cancel(Order Order) : LiveAction;

    /// <summary>Cancel all orders of a symbol.</summary>
    internal sealed record CancelAll(string Symbol) : LiveAction;

    /// <summary>End the program.</summary>
    internal sealed record Quit : LiveAction;
}

/// <summary>
/// State of the screen that keys change: the shown instrument, the selected order, and what is typed.
/// </summary>
/// <param name="Symbols">The listed instruments; at least one.</param>
/// <param name="At">Index of the shown one.</param>
internal sealed record LiveState(IReadOnlyList<string> Symbols, int At)
{
    /// <summary>Meaning of the keys.</summary>
    internal LiveMode Mode { get; init; }

    /// <summary>Text typed so far: a filter or an order.</summary>
    internal string Typed { get; init; } = "";

    /// <summary>Side of the order that is typed.</summary>
    internal OrderSide Side { get; init; }

    /// <summary>Index of the chosen one of <see cref="Picks"/>.</summary>
    internal int Choice { get; init; }

    /// <summary>Client order id of the selected order; the first one is selected if no open order has it.</summary>
    internal string Selected { get; init; } = "";

    /// <summary>Action that waits for a yes.</summary>
    internal LiveAction? Asked { get; init; }

    /// <summary>Outcome of the last action, or what is wrong with the typed text; empty if there is none.</summary>
    internal string Message { get; init; } = "";

    /// <summary>The shown instrument.</summary>
    internal string Symbol => Symbols[At];

    /// <summary>Instruments that contain the filter.</summary>
    internal IReadOnlyList<string> Picks =>
        [.. Symbols.Where(symbol => symbol.Contains(Typed, StringComparison.OrdinalIgnoreCase))];

    /// <summary>Question of the foot line.</summary>
    internal string Question => Asked switch
    {
        LiveAction.Cancel { Order: var order } =>
            $"Cancel {Tables.Word(order.Side)} {Tables.Text(order.Remaining)} {order.Symbol} ({order.ClientOrderId})? "
            + "y or n",
        LiveAction.CancelAll { Symbol: var symbol } => $"Cancel all your orders in {symbol}? y or n",
        _ => "",
    };

    /// <summary>Returns the index of the selected order; -1 if there is none.</summary>
    internal int SelectedIn(IReadOnlyList<Order> orders)
    {
        for (var i = 0; i < orders.Count; i++)
        {
            if (orders[i].ClientOrderId == Selected)
                return i;
        }

        return orders.Count == 0 ? -1 : 0;
    }

    /// <summary>Returns the state after a key, and the action that the key asks for.</summary>
    internal (LiveState State, LiveAction? Action) Press(ConsoleKeyInfo key, IReadOnlyList<Order> orders) => Mode switch
    {
        LiveMode.Help => (this with { Mode = LiveMode.Book }, null),
        LiveMode.Pick => (Pick(key), null),
        LiveMode.Order => Type(key),
        LiveMode.Question => (this with { Mode = LiveMode.Book, Asked = null },
            char.ToLowerInvariant(key.KeyChar) == 'y' ? Asked : null),
        _ => Command(key, orders),
    };

    private (LiveState State, LiveAction? Action) Command(ConsoleKeyInfo key, IReadOnlyList<Order> orders)
    {
        var state = this with { Message = "" };
        return (key.Key, key.KeyChar) switch
        {
            (ConsoleKey.Escape, _) or (_, 'q' or 'Q') => (state, new LiveAction.Quit()),
            (ConsoleKey.RightArrow or ConsoleKey.Tab, _) or (_, 'n') =>
                (state with { At = (At + 1) % Symbols.Count }, null),
            (ConsoleKey.LeftArrow, _) or (_, 'p') =>
                (state with { At = (At + Symbols.Count - 1) % Symbols.Count }, null),
            (ConsoleKey.UpArrow, _) or (_, 'k') => (state.Select(orders, -1), null),
            (ConsoleKey.DownArrow, _) or (_, 'j') => (state.Select(orders, 1), null),
            (_, '/') => (state with { Mode = LiveMode.Pick, Typed = "", Choice = 0 }, null),
            (_, '?' or 'h') => (state with { Mode = LiveMode.Help }, null),
            (_, 'b') => (state with { Mode = LiveMode.Order, Typed = "", Side = OrderSide.Buy }, null),
            (_, 's') => (state with { Mode = LiveMode.Order, Typed = "", Side = OrderSide.Sell }, null),
            (ConsoleKey.Delete, _) or (_, 'c') when SelectedIn(orders) is >= 0 and var at =>
                (state with { Mode = LiveMode.Question, Asked = new LiveAction.Cancel(orders[at]) }, null),
            (ConsoleKey.Delete, _) or (_, 'c') => (state with { Message = "There is no open order to cancel." }, null),
            (_, 'C') => (state with { Mode = LiveMode.Question, Asked = new LiveAction.CancelAll(Symbol) }, null),
            _ => (state with { Message = Message }, null),
        };
    }

    private LiveState Select(IReadOnlyList<Order> orders, int step) => orders.Count == 0
        ? this
        : this with { Selected = orders[Math.Clamp(SelectedIn(orders) + step, 0, orders.Count - 1)].ClientOrderId };

    private LiveState Pick(ConsoleKeyInfo key)
    {
        var picks = Picks;
        return key.Key switch
        {
            ConsoleKey.Escape => this with { Mode = LiveMode.Book },
            ConsoleKey.UpArrow => this with { Choice = Math.Max(Choice - 1, 0) },
            ConsoleKey.DownArrow => this with { Choice = Math.Clamp(Choice + 1, 0, Math.Max(picks.Count - 1, 0)) },
            ConsoleKey.Enter when picks.Count == 0 => this,
            ConsoleKey.Enter => this with
            {
                Mode = LiveMode.Book,
                At = Symbols.ToList().IndexOf(picks[Math.Min(Choice, picks.Count - 1)]),
            },
            _ => Edited(key) is { } typed ? this with { Typed = typed, Choice = 0 } : this,
        };
    }

    private (LiveState State, LiveAction? Action) Type(ConsoleKeyInfo key)
    {
        switch (key.Key)
        {
            case ConsoleKey.Escape:
                return (this with { Mode = LiveMode.Book, Message = "" }, null);
            case ConsoleKey.Enter:
                return TryRead(out var order, out var problem)
                    ? (this with { Mode = LiveMode.Book, Message = "" }, new LiveAction.Place(order))
                    : (this with { Message = problem }, null);
            default:
                return (Edited(key) is { } typed ? this with { Typed = typed, Message = "" } : this, null);
        }
    }

    /// <summary>Reads "10 150.25" as a limit order and "10" as a market order.</summary>
    private bool TryRead(out PlaceOrder order, out string problem)
    {
        order = PlaceOrder.Market(Symbol, Side, 0);
        string[] words = [
            .. Typed.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(static word => word is not ("at" or "@"))];
        if (words.Length is not (1 or 2))
        {
            problem = "Type a quantity and a price, as 10 150.25; a quantity alone is a market order.";
            return false;
        }

        var numbers = new decimal[2];
        for (var i = 0; i < words.Length; i++)
        {
            if (!Grammar.TryReadExact(words[i], NumberStyles.None, out numbers[i]) || numbers[i] <= 0)
            {
                problem =
                    $"'{words[i]}' is no {(i == 0 ? "quantity" : "price")}: digits and at most one point, above 0.";
                return false;
            }
        }

        problem = "";
        order = words.Length == 1
            ? PlaceOrder.Market(Symbol, Side, numbers[0])
            : PlaceOrder.Limit(Symbol, Side, numbers[0], numbers[1]);
        return true;
    }

    /// <summary>Returns the typed text after a key; null if the key does not edit it.</summary>
    private string? Edited(ConsoleKeyInfo key) => key.Key == ConsoleKey.Backspace
        ? Typed[..Math.Max(Typed.Length - 1, 0)]
        : key.KeyChar is >= ' ' and <= '~' && Typed.Length < 40 ? Typed + key.KeyChar : null;
}
