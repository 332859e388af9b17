using System.Collections.Immutable;
using System.Globalization;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>The examples of strategies in docs/matching.md, verbatim.</summary>
public class StrategyExampleTests
{
    public static TheoryData<string, string> Examples
    {
        get
        {
            var examples = new TheoryData<string, string>();
            var title = "";
            var lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "matching.md"));
            for (var i = 0; i < lines.Length; i++)
            {
                title = lines[i].StartsWith('#') ? lines[i].TrimStart('#', ' ') : title;
                if (lines[i] == "```strategy")
                {
                    var block = lines.Skip(i + 1).TakeWhile(line => line != "```").ToArray();
                    examples.Add($"{title} (line {i + 1})", string.Join('\n', block));
                }
            }

            return examples;
        }
    }

    [Fact]
    public void The_page_has_examples_of_every_way_to_trade() => Assert.True(Examples.Count >= 5);

    [Theory]
    [MemberData(nameof(Examples))]
    public void The_books_do_what_the_page_says(string title, string block)
    {
        var board = new Board();
        var commands = block.Split('\n');
        for (var i = 0; i < commands.Length; i++)
        {
            var (mark, rest) = (commands[i][0], commands[i][1..].Trim());
            switch (mark)
            {
                case 'g':
                    Assert.All(rest["iven".Length..].Split(';'), order => Assert.Equal("-", board.Do(order.Trim())));
                    break;
                case '>':
                    Assert.Equal((title, commands[++i].Trim()), (title, board.Do(rest)));
                    break;
                default:
                    Assert.All(
                        rest.Split(';'),
                        state => Assert.Equal((title, state.Trim()), (title, board.State(state.Trim().Split(' ')[0]))));
                    break;
            }
        }
    }

    /// <summary>Two books of a group, driven as their grain drives them.</summary>
    private sealed class Board
    {
        private readonly List<(BookMachine Book, BookRecord Record)> _told = [];
        private readonly Dictionary<string, BookMachine> _books = [];
        private readonly Dictionary<string, long> _accounts = [];
        private readonly StrategyGroup _strategies;

        public Board()
        {
            _strategies = new StrategyGroup((book, record) => _told.Add((book, record)));
            foreach (var symbol in (string[])["AAA", "BBB"])
            {
                var instrument = Listed.Share(symbol) with { Group = "G", ReferencePriceTicks = 100 };
                _books.Add(symbol, new BookMachine(symbol));
                _books[symbol].Define(EncodedInstrument.From(instrument), 1);
            }
        }

        /// <summary>Runs a line and returns its trades.</summary>
        public string Do(string line)
        {
            _told.Clear();
            var words = line.Split([' ', '@', ','], StringSplitOptions.RemoveEmptyEntries);
            if (words[0] == "cancel")
            {
                Record(
                    _books[words[2]],
                    _books[words[2]].Close(AccountOf(words[1]), Number(words[2]), EndReason.User, 1)!);
            }
            else if (line.Contains(':', StringComparison.Ordinal))
            {
                EnterStrategy(words);
            }
            else
            {
                Enter(words);
            }

            var trades = _told.OrderBy(told => told.Book.Symbol, StringComparer.Ordinal)
                .SelectMany(told => Trades(told.Book.Symbol, told.Record)).ToArray();
            return trades.Length == 0 ? "-" : string.Join(" | ", trades);
        }

        /// <summary>Returns the remaining units of a strategy, or its end with a remainder.</summary>
        public string State(string name)
        {
            var account = AccountOf(name);
            var open = _strategies.Open.FirstOrDefault(one => one.Legs[0].Party == account);
            Assert.Equal(
                open is not null, _books.Values.Any(book => book.OpenLegs.Any(leg => leg.Order.Account == account)));
            return open is not null
                ? $"{name} {open.UnitsLeft}"
                : EndedWithSome(account) ? $"{name} ended" : $"{name} 0";
        }

        private static IEnumerable<long> Int(string[] words, int from) =>
            words.Skip(from).Select(word => long.Parse(word, CultureInfo.InvariantCulture));

        private bool EndedWithSome(long account) => _books.Values.Any(book =>
            book.IsKnown(account, Number(book.Symbol), out _, out var finished) && finished.End != EndReason.None);

        private void Enter(string[] words)
        {
            var book = _books[words[2]];
            var numbers = Int(words, 3).ToArray();
            var order = Order(
                words[0], words[1], OrderType.Limit, TimeInForce.GoodTillCancel, numbers[1], numbers[0], words[2],
                null);
            if (!_strategies.TryEnter(book, order, 1))
            {
                Record(book, book.Submit(order, 1));
            }
        }

        private void EnterStrategy(string[] words)
        {
            var time = words[^1] switch
            {
                "fok" =>
                TimeInForce.FillOrKill,
                "ioc" => TimeInForce.ImmediateOrCancel,
                _ => TimeInForce.GoodTillCancel
            };
            var net = Array.IndexOf(words, "net");
            var legs = ImmutableArray.CreateBuilder<StrategyLeg>();
            for (var i = 1; i < net; i += 3)
            {
                legs.Add(
                    new StrategyLeg(
                        words[i + 2], SideOf(words[i]), long.Parse(words[i + 1], CultureInfo.InvariantCulture)));
            }

            var terms =
                new StrategyTerms(long.Parse(words[net + 1], CultureInfo.InvariantCulture), 0, legs.ToImmutable());
            var units = long.Parse(words[net + 3], CultureInfo.InvariantCulture);
            _strategies.Enter(
                [.. terms.Legs.Select((leg, i) => Order(
                    words[0].TrimEnd(':'), leg.Side == Side.Buy ? "B" : "S", OrderType.Leg, time,
                    leg.Side == Side.Buy ? 1_000 : 1,
                    units * leg.Lots, leg.Symbol, new OrderConditions { Strategy = terms with { Leg = i } }))],
                [.. terms.Legs.Select(leg => _books[leg.Symbol])],
                1);
        }

        private SubmitOrder Order(
            string name, string side, OrderType type, TimeInForce time, long price, long lots, string symbol,
            OrderConditions? terms) =>
            new(
                AccountOf(name), Number(symbol), name, SideOf(side), type, time, false, price, lots, 0, 0,
                Conditions: EncodedConditions.From(terms));

        private static Side SideOf(string word) => word == "B" ? Side.Buy : Side.Sell;

        // Legs of one strategy have numbers one after the other.
        private static long Number(string symbol) => symbol == "AAA" ? 1 : 2;

        private long AccountOf(string name)
        {
            if (!_accounts.TryGetValue(name, out var account))
            {
                _accounts.Add(name, account = 1001 + _accounts.Count);
            }

            return account;
        }

        private void Record(BookMachine book, BookRecord record)
        {
            _told.Add((book, record));
            _strategies.Follow(book.Symbol, 1);
        }

        private IEnumerable<string> Trades(string symbol, BookRecord record) => record switch
        {
            OrderAccepted accepted => accepted.Fills.Select(fill =>
                $"{symbol} {NameOf(accepted.Order.Account)} {NameOf(fill.MakerAccount)} {fill.QuantityLots}@{fill.PriceTicks}"),
            BookTurn turn => turn.Trades().Select(trade =>
                $"{symbol} {NameOf(trade.Taker.Account)} {NameOf(trade.Maker.Account)} {trade.QuantityLots}@{trade.PriceTicks}"),
            _ => [],
        };

        private string NameOf(long account) => _accounts.Single(pair => pair.Value == account).Key;
    }
}
