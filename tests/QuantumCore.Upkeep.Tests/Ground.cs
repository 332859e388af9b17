using System.Collections.Immutable;
using Microsoft.Data.Sqlite;
using Npgsql;
using QuantumCore.Bench.Recovery;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.History;
using QuantumCore.Instruments;
using QuantumCore.Journal;
using QuantumCore.TestKit;

namespace QuantumCore.Upkeep.Tests;

/// <summary>A separate place for journals, in files or in a database, with helpers that damage them.</summary>
internal sealed class Ground : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("quantumcore-upkeep-");
    private readonly string? _database;

    static Ground() => SQLitePCL.Batteries_V2.Init();

    private Ground(string? database) => _database = database;

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Place of the journal, initially empty.</summary>
    public JournalPlace Place => new(_database ?? _folder.FullName);

    public static async Task<Ground> OpenAsync(string kind, PostgresServer? server = null)
    {
        if (kind == "sqlite")
        {
            return new Ground(null);
        }

        var connectionString = await server!.StartedAsync();
        var name = "upkeep_" + Path.GetRandomFileName().Replace(".", "", StringComparison.Ordinal);
        await ExecuteAsync(new NpgsqlConnection(connectionString), $"CREATE DATABASE {name}");
        return new Ground(new NpgsqlConnectionStringBuilder(connectionString) { Database = name }.ConnectionString);
    }

    public string File(string name) => Path.Combine(_folder.FullName, name);

    public IJournalStore Store() => _database is null
        ? new SqliteJournalStore(Place.JournalFile)
        : new PostgresJournalStore(_database);

    /// <summary>Writes an exchange's journal, with snapshots, and records after them.</summary>
    public async Task<IReadOnlyDictionary<string, string>> TradeAsync(
        int commands = 3_000, int seed = 1, bool snapshots = true, string group = "", int settlementDays = 0)
    {
        await using var store = Store();
        await store.InitializeAsync(Cancellation);
        await using var maker =
            await JournalMaker.OpenAsync(store, new JournalPlan(commands, 3, 6, seed, group, settlementDays));
        await maker.TradeAsync(commands / 2);
        if (snapshots)
        {
            await maker.SnapshotAsync();
        }

        await maker.TradeAsync(commands / 3);
        if (settlementDays > 0)
        {
            await maker.SettleAsync();
        }

        if (snapshots)
        {
            await maker.SnapshotAsync();
        }

        await maker.TradeAsync(commands - maker.Commands);
        if (settlementDays > 0)
        {
            await maker.SettleAsync();
        }

        return maker.StateHashes;
    }

    /// <summary>Returns every record of every stream.</summary>
    public async Task<List<string>> RecordsAsync()
    {
        await using var store = Store();
        await store.InitializeAsync(Cancellation);
        var records = new List<string>();
        foreach (var stream in await store.HeadsAsync("", Cancellation))
        {
            await foreach (var record in store.ReadAsync(stream.Name, 1, long.MaxValue, Cancellation))
            {
                records.Add($"{stream.Name} {record.Sequence} {record.Epoch} {Convert.ToHexString(record.Body.Span)}");
            }
        }

        return records;
    }

    /// <summary>Packs the journal's frames, some at a time, and returns the number of packs.</summary>
    public async Task<int> PackAsync(int frames = 2)
    {
        await using var store = Store();
        await store.InitializeAsync(Cancellation);
        var packer = new JournalPacker(store, new PackLimits { MaxFrames = frames, SliceBytes = 4_096 });
        var packs = 0;
        while (await packer.PackNextAsync((_, _) => true, Cancellation) is not null)
        {
            packs++;
        }

        return packs;
    }

    /// <summary>Adds trades that settle a day later, and their modified batch, unsettled or settled in part.</summary>
    public async Task SettleOnceAsync(
        Func<SettlementClosed, SettlementClosed> change, Func<SettlementPartial, SettlementPartial>? part = null)
    {
        await using var store = Store();
        await store.InitializeAsync(Cancellation);
        var netting = new SettlementNetting();
        await using (var maker = await JournalMaker.OpenAsync(store, new JournalPlan(900, 3, 6, 1, "", 1)))
        {
            await maker.TradeAsync(900);
        }

        var instruments = new Dictionary<string, Instrument>(StringComparer.Ordinal);
        var traded = new List<(string Symbol, long Day, IReadOnlyList<TradeMoney> Trades)>();
        foreach (var symbol in (string[])["SYM0", "SYM1", "SYM2"])
        {
            Instrument? instrument = null;
            await foreach (var stored in store.ReadAsync("book/" + symbol, 1, long.MaxValue, Cancellation))
            {
                var record = BookRecordEncoding.Decode(stored.Body.Span);
                instrument = record is InstrumentDefined defined ? defined.Definition.Decode() : instrument;
                if (BookTrades.Of(record) is { Count: > 0 } trades)
                {
                    netting.Add(instrument!, 0, stored.Sequence, UtcDay.Of(record.TimeNanos), trades);
                    traded.Add((symbol, UtcDay.Of(record.TimeNanos), trades));
                }
            }

            instruments.Add(symbol, instrument!);
        }

        await using var writer = new JournalWriter(store, new JournalWriterOptions(), TimeProvider.System);
        var stream = await writer.OpenAsync("settle/MAIN", Cancellation);
        var day = netting.Items()[0].Parts[0].TradeDay;
        var batch = SettlementClosed.Make(
            1_700_500_000_000_000_000, BusinessCalendar.WithoutHolidays.After(day, 1), 1, netting.Trades(),
            netting.Items());
        await stream.WhenDurable(stream.Append(SettlementRecordEncoding.Encode(change(batch))));
        if (part is null)
            return;

        var due = new ObligationNetting(batch.Date);
        foreach (var (symbol, tradeDay, trades) in traded)
            due.Add(instruments[symbol], tradeDay, trades);
        var settled = new PartialSettlement(due.All(), symbol => instruments[symbol].LotUnits);
        var owed = batch.Items.First(item => item.Asset != "USD" && item.Amount < -1);
        ImmutableArray<SettlementShort> shorts = [new(owed.Account, owed.Asset, -owed.Amount / 2)];
        settled.Share(shorts, []);
        var partial =
            new SettlementPartial(batch.TimeNanos, 1, batch.Date + 1, settled.Items(), shorts, settled.Left());
        await stream.WhenDurable(stream.Append(SettlementRecordEncoding.Encode(part(partial))));

        // Fails are in the next batch, as they were left.
        var next = new SettlementNetting();
        next.Carry(partial.Fails);
        await stream.WhenDurable(stream.Append(SettlementRecordEncoding.Encode(
            SettlementClosed.Make(batch.TimeNanos, batch.Date + 1, 1, [], next.Items()))));
    }

    /// <summary>Adds a dividend between trades, with modified parts of accounts.</summary>
    public async Task PayDividendAsync(bool paysLater, Func<CorporateActionEntered, CorporateActionEntered> change)
    {
        await using var store = Store();
        await store.InitializeAsync(Cancellation);
        await using var maker = await JournalMaker.OpenAsync(store, new JournalPlan(900, 3, 6, 1));
        await maker.TradeAsync(300);
        await maker.PayDividendAsync("first", paysLater, change);
        await maker.SnapshotAsync();
        await maker.TradeAsync(600);
        await maker.SnapshotAsync();
    }

    /// <summary>Adds a split between trades, with modified parts of accounts.</summary>
    public async Task SplitAsync(Func<SplitEntered, SplitEntered> change)
    {
        await using var store = Store();
        await store.InitializeAsync(Cancellation);
        await using var maker = await JournalMaker.OpenAsync(store, new JournalPlan(900, 3, 6, 1));
        await maker.TradeAsync(300);
        await maker.SplitAsync("first", change);
        await maker.SnapshotAsync();
        await maker.TradeAsync(600);
        await maker.PayDividendAsync("second", paysLater: true, part => part);
        await maker.SnapshotAsync();
    }

    /// <summary>Adds a symbol change between trades of others, with modified parts of accounts.</summary>
    public async Task ChangeSymbolAsync(Func<SymbolChanged, SymbolChanged> change)
    {
        await using var store = Store();
        await store.InitializeAsync(Cancellation);
        await using var maker = await JournalMaker.OpenAsync(store, new JournalPlan(900, 3, 6, 1));
        await maker.TradeAsync(300);
        await maker.ChangeSymbolAsync("change", change);
        await maker.SnapshotAsync();
        await maker.TradeAsync(600);
        await maker.SnapshotAsync();
    }

    /// <summary>Changes rows directly and returns their number.</summary>
    public Task<int> ChangeAsync(string sql) => _database is null
        ? ExecuteAsync(new SqliteConnection($"Data Source={Place.JournalFile};Pooling=False"), sql)
        : ExecuteAsync(new NpgsqlConnection(_database + ";Search Path=journal;Pooling=False"), sql);

    public Task<VerifyReport> VerifyAsync(JournalPlace? place = null) =>
        Verification.RunAsync(place ?? Place, null, Cancellation);

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private static async Task<int> ExecuteAsync(System.Data.Common.DbConnection connection, string sql)
    {
        await using (connection)
        {
            await connection.OpenAsync(Cancellation);
            await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The tests' own texts.
            command.CommandText = sql;
#pragma warning restore CA2100
            return await command.ExecuteNonQueryAsync(Cancellation);
        }
    }
}
