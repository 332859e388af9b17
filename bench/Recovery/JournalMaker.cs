using System.Globalization;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.History;
using QuantumCore.Instruments;
using QuantumCore.Journal;

namespace QuantumCore.Bench.Recovery;

/// <summary>Contents of a generated journal.</summary>
/// <param name="Commands">Number of orders and cancels.</param>
/// <param name="Symbols">Number of books.</param>
/// <param name="Accounts">Number of accounts.</param>
/// <param name="Seed">Seed. The same seed gives the same records.</param>
/// <param name="Group">Group of the books; empty for none.</param>
/// <param name="SettlementDays">Business days from a trade to its settlement.</param>
internal sealed record JournalPlan(
    int Commands, int Symbols, int Accounts, int Seed, string Group = "", int SettlementDays = 0);

/// <summary>
/// Generates a journal as an exchange under load leaves it, with its own state machines and writer: durable holds
/// first, then the orders. About every fourth command cancels an order that may still be open.
/// </summary>
internal sealed partial class JournalMaker : IAsyncDisposable
{
    private const int CommandsPerRound = 2_000;
    private const int Rememberable = 20_000;
    private const string Venue = "MAIN";
    private const long Start = 1_700_000_000_000_000_000;

    private readonly IJournalStore _store;
    private readonly JournalWriter _writer;
    private readonly JournalPlan _plan;
    private readonly Random _random;
    private readonly List<(BookMachine Machine, JournalStream Stream)> _books = [];
    private readonly List<(AccountMachine Machine, JournalStream Stream)> _accounts = [];
    private readonly List<(int Book, long Account, long Number)> _recent = [];
    private readonly Dictionary<string, Instrument> _listed = new(StringComparer.Ordinal);
    private readonly SettlementMachine _settlement = new(Venue);
    private SettlementNetting _due = new();
    private JournalStream? _settlements;
    private long _now = Start;
    private long _names;

    private JournalMaker(IJournalStore store, JournalPlan plan)
    {
        _store = store;
        _plan = plan;
        _random = new Random(plan.Seed);
        _writer = new JournalWriter(store, new JournalWriterOptions(), TimeProvider.System);
    }

    /// <summary>Number of commands run.</summary>
    public int Commands { get; private set; }

    /// <summary>State hash of each book, by symbol, 16 hexadecimal digits.</summary>
    public IReadOnlyDictionary<string, string> StateHashes => _books.ToDictionary(
        book => book.Machine.Symbol,
        book => book.Machine.Core.StateHash.ToString("x16", CultureInfo.InvariantCulture),
        StringComparer.Ordinal);

    /// <summary>Returns the symbol of a book.</summary>
    public static string Symbol(int index) => string.Create(CultureInfo.InvariantCulture, $"SYM{index}");

    /// <summary>Lists instruments, funds accounts and opens books.</summary>
    public static async Task<JournalMaker> OpenAsync(IJournalStore store, JournalPlan plan)
    {
        var maker = new JournalMaker(store, plan);
        await maker.ListAsync();
        await maker.FundAsync();
        return maker;
    }

    /// <summary>Runs further commands.</summary>
    public async Task TradeAsync(int commands)
    {
        for (var end = Commands + commands; Commands < end;)
        {
            await RoundAsync(Math.Min(end - Commands, CommandsPerRound));
        }

        await DurableAsync();
    }

    /// <summary>Writes snapshots of the current state, as an exchange stores them.</summary>
    public async Task SnapshotAsync()
    {
        foreach (var (machine, stream) in _books)
        {
            await stream.PutSnapshotAsync(machine.Sequence, machine.Snapshot(), CancellationToken.None);
        }

        foreach (var (machine, stream) in _accounts)
        {
            await stream.PutSnapshotAsync(machine.Sequence, machine.Snapshot(), CancellationToken.None);
        }
    }

    /// <summary>Settles all trades since the last settlement, in one batch.</summary>
    public async Task SettleAsync()
    {
        _settlements ??= await _writer.OpenAsync(SettlementRecord.StreamPrefix + Venue, CancellationToken.None);
        Append(
            _settlement.Close(
                BusinessCalendar.WithoutHolidays.After(UtcDay.Of(Start), _plan.SettlementDays), _due.Trades(),
                _due.Items(), ++_now));
        Append(_settlement.End(_settlement.Sequence, ++_now));
        _due = new SettlementNetting();
        await _settlements.WhenDurable(_settlements.Head);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _writer.DisposeAsync();

    private async Task ListAsync()
    {
        var catalog = await _writer.OpenAsync("catalog", CancellationToken.None);
        for (var i = 0; i < _plan.Symbols; i++)
        {
            var definition = EncodedInstrument.From(Listing(Symbol(i)));
            var book = new BookMachine(Symbol(i));
            var stream = await _writer.OpenAsync("book/" + book.Symbol, CancellationToken.None);
            stream.Append(BookRecordEncoding.Encode(book.Define(definition, ++_now)!));
            await stream.WhenDurable(stream.Head);
            catalog.Append(CatalogRecordEncoding.Encode(new InstrumentListed(_now, definition)));
            _books.Add((book, stream));
            _listed.Add(book.Symbol, book.Instrument!);
        }

        await catalog.WhenDurable(catalog.Head);
    }

    private async Task FundAsync()
    {
        for (var i = 0; i < _plan.Accounts; i++)
        {
            var id = 10_000 + i;
            var machine = new AccountMachine(new AccountId(id), symbol => _listed[symbol]);
            var stream = await _writer.OpenAsync(
                string.Create(CultureInfo.InvariantCulture, $"acct/{id}"), CancellationToken.None);
            _accounts.Add((machine, stream));
            Append(i, machine.Deposit(new DepositRequest("cash", "USD", 1L << 55), new Asset("USD", 2), ++_now));
            foreach (var symbol in _listed.Keys)
            {
                Append(i, machine.Deposit(new DepositRequest(symbol, symbol, 1L << 45), new Asset(symbol, 0), ++_now));
            }
        }

        await DurableAsync();
    }

    private async Task RoundAsync(int commands)
    {
        var orders = new List<(int Book, SubmitOrder Order)>(commands);
        for (var i = 0; i < commands; i++)
        {
            if (_recent.Count == 0 || _random.Next(4) != 0)
            {
                orders.Add(Hold());
            }
        }

        await DurableAsync();
        foreach (var (book, order) in orders)
        {
            Tell(book, _books[book].Machine.Submit(order, ++_now));
            Remember(book, order);
        }

        for (var i = orders.Count; i < commands && _recent.Count > 0; i++)
        {
            var at = _random.Next(_recent.Count);
            var (book, account, number) = _recent[at];
            _recent[at] = _recent[^1];
            _recent.RemoveAt(_recent.Count - 1);
            Tell(book, _books[book].Machine.Close(account, number, EndReason.User, ++_now));
        }
    }

    private (int Book, SubmitOrder Order) Hold()
    {
        var account = _random.Next(_accounts.Count);
        var book = _random.Next(_books.Count);
        var request = new HoldRequest(
            (++_names).ToString("x12", CultureInfo.InvariantCulture),
            Symbol(book),
            _random.Next(2) == 0 ? Side.Buy : Side.Sell,
            OrderType.Limit,
            TimeInForce.GoodTillCancel,
            PostOnly: false,
            10_000 + _random.Next(-20, 21),
            _random.Next(1, 100));
        var record =
            _accounts[account].Machine.Decide(request, RequestHash.Of(request), _listed[request.Symbol], ++_now);
        Append(account, record);
        return (book, ((HoldPlaced)record).Order);
    }

    private void Remember(int book, SubmitOrder order)
    {
        if (_recent.Count < Rememberable)
        {
            _recent.Add((book, order.Account, order.Number));
        }
        else
        {
            _recent[_random.Next(Rememberable)] = (book, order.Account, order.Number);
        }
    }

    private void Tell(int book, BookRecord? record)
    {
        if (record is null)
        {
            return;
        }

        var (machine, stream) = _books[book];
        stream.Append(BookRecordEncoding.Encode(record));
        Commands++;
        if (_plan.SettlementDays > 0 && BookTrades.Of(record) is { Count: > 0 } trades)
        {
            _due.Add(
                machine.Instrument!, _settlement.ThroughOf(machine.Symbol), machine.Sequence,
                UtcDay.Of(record.TimeNanos), trades);
        }

        foreach (var account in record.TouchedAccounts())
        {
            machine.Chain(account);
            _accounts[(int)account - 10_000].Machine.ApplyBook(
                machine.Symbol, new DeliveredRecord(machine.Sequence, 0, record), long.MaxValue);
        }
    }

    private void Append(int account, AccountRecord record)
    {
        var (machine, stream) = _accounts[account];
        stream.Append(AccountRecordEncoding.Encode(record));
        machine.Apply(record);
    }

    private void Append(SettlementRecord record)
    {
        _settlements!.Append(SettlementRecordEncoding.Encode(record));
        _settlement.Apply(record);
        foreach (var account in record.TouchedAccounts())
        {
            _accounts[(int)account - 10_000].Machine.ApplySettlement(_settlements.Name, _settlement.Sequence, record);
        }
    }

    private Task DurableAsync() => Task.WhenAll(
        _accounts.Select(account => account.Stream).Concat(_books.Select(book => book.Stream))
            .Select(stream => stream.WhenDurable(stream.Head)));

    private Instrument Listing(string symbol) => ListedShare.Of(symbol) with
    {
        Group = _plan.Group,
        SettlementDays = _plan.SettlementDays,
        SettlementVenue = _plan.SettlementDays == 0 ? "" : Venue,
    };
}
