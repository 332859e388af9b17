using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.History;
using QuantumCore.Instruments;
using QuantumCore.Journal;
using QuantumCore.TestKit;

namespace QuantumCore.Upkeep.Tests;

/// <summary>Verification finds defects of a journal, and reports their places.</summary>
[Trait("Suite", "Gate")]
public sealed class VerificationTests(PostgresServer server)
{
    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task A_sound_journal_is_found_sound_and_its_books_come_to_the_state_they_had(string kind)
    {
        await using var ground = await Ground.OpenAsync(kind, server);
        var hashes = await ground.TradeAsync();

        var report = await ground.VerifyAsync();

        Assert.Empty(report.Findings);
        Assert.Equal(hashes, report.Books.ToDictionary(book => book.Symbol, book => book.StateHash));
        Assert.Equal((6, 2 * (3 + 6)), (report.Accounts, report.Snapshots));
    }

    [Fact]
    public async Task A_history_of_accounts_that_together_hold_more_than_64_bits_is_found_sound()
    {
        await using var ground = await Ground.OpenAsync("sqlite");
        await using var history = new HistoryStore(new SqliteHistory(ground.Place.HistoryFile!));
        await history.InitializeAsync(Ground.Cancellation);
        await using (var store = ground.Store())
        {
            await store.InitializeAsync(Ground.Cancellation);
            await using var writer = new JournalWriter(store, new JournalWriterOptions(), TimeProvider.System);
            for (var account = 1_001; account <= 1_003; account++)
            {
                var deposit = new Deposited(5, "d", "ETH", 18, 1L << 62);
                var stream = await writer.OpenAsync($"acct/{account}", Ground.Cancellation);
                await stream.WhenDurable(stream.Append(AccountRecordEncoding.Encode(deposit)));
                await history.ApplyAsync([new AccountChunk(account, 1, [deposit])], Ground.Cancellation);
            }
        }

        var report = await Verification.RunAsync(ground.Place, history, Ground.Cancellation);

        Assert.Empty(report.Findings);
        Assert.Equal((3, true), (report.Accounts, report.History));
    }

    [Fact]
    public async Task A_journal_with_settlement_is_found_sound_and_its_snapshots_too()
    {
        await using var ground = await Ground.OpenAsync("sqlite");
        await ground.TradeAsync(settlementDays: 1);

        var report = await ground.VerifyAsync();

        Assert.Empty(report.Findings);
        Assert.Equal((6, 2 * (3 + 6)), (report.Accounts, report.Snapshots));
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("amount", "gives account 1 ")]
    [InlineData("count", "trades of SYM0, its records 1 to")]
    [InlineData("range", "trades of SYM1, its records 1 to")]
    [InlineData("date", "of them of another date")]
    [InlineData("symbol", "trades of NONE, which is not listed")]
    public async Task A_batch_that_is_not_what_its_trades_come_to_is_told_with_what_differs(
        string change, string? finding)
    {
        await using var ground = await Ground.OpenAsync("sqlite");
        await ground.SettleOnceAsync(batch => change switch
        {
            "amount" =>
                SettlementClosed.Make(
                    batch.TimeNanos, batch.Date, 1, batch.Trades, [.. batch.Items.Select((item, i) => i switch
                    {
                        // Balanced all the same: what one account lacks another has too much.
                        0 => item with { Parts = [item.Parts[0] with { Amount = item.Parts[0].Amount - 1 }] },
                        _ when i == Again(batch) => item with
                        {
                            Parts = [item.Parts[0] with { Amount = item.Parts[0].Amount + 1 }],
                        },
                        _ => item,
                    })]),
            "count" =>
                Trades(batch, trades => trades with { Trades = trades.Trades + (trades.Symbol == "SYM0" ? 1 : 0) }),
            "range" =>
                Trades(batch, trades => trades with { Through = trades.Through - (trades.Symbol == "SYM1" ? 60 : 0) }),
            "symbol" => Trades(batch, trades => trades.Symbol == "SYM2" ? trades with { Symbol = "NONE" } : trades),
            "date" => SettlementClosed.Make(batch.TimeNanos, batch.Date + 1, 1, batch.Trades, batch.Items),
            _ => batch,
        });

        var report = await ground.VerifyAsync();

        if (finding is null)
            Assert.Empty(report.Findings);
        else
            Assert.Contains(report.Findings, found => found.Kind == FindingKind.BatchDiffers
                && found.Stream == "settle/MAIN" && found.What.Contains(finding, StringComparison.Ordinal));

        static int Again(SettlementClosed batch) =>
            batch.Items.Select((item, i) => (item, i)).First(of => of.i > 0 && of.item.Asset == batch.Items[0].Asset).i;

        static SettlementClosed Trades(SettlementClosed batch, Func<SettledTrades, SettledTrades> change) =>
            SettlementClosed.Make(batch.TimeNanos, batch.Date, 1, [.. batch.Trades.Select(change)], batch.Items);
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("shorts", "was short of")]
    [InlineData("age", "what its trades do not say")]
    [InlineData("cash", "left of SYM")]
    [InlineData("order", null)]
    public async Task A_batch_that_settles_in_part_is_summed_again_with_what_fails(string change, string? finding)
    {
        await using var ground = await Ground.OpenAsync("sqlite");
        await ground.SettleOnceAsync(batch => batch, partial => change switch
        {
            "shorts" => partial with { Shorts = [partial.Shorts[0] with { Amount = partial.Shorts[0].Amount + 1 }] },
            "age" => partial with { Fails = [.. partial.Fails.Select(fail => fail with { Since = fail.Since - 1 })] },
            "cash" => partial with
            {
                Fails = [.. partial.Fails.Select((fail, i) => i > 0 ? fail : fail with { Settled = fail.Settled + 1 })],
            },
            "order" => partial with { Fails = [.. partial.Fails.Reverse()] },
            _ => partial,
        });

        var report = await ground.VerifyAsync();

        if (finding is null)
            Assert.Empty(report.Findings);
        else
            Assert.Contains(report.Findings, found => found.Kind == FindingKind.BatchDiffers
                && found.Stream == "settle/MAIN" && found.What.Contains(finding, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("UPDATE stream_head SET name = 'acct/77' WHERE name = 'acct/10001'", "AccountContradicts settle/MAIN")]
    [InlineData("UPDATE stream_head SET name = 'settle/OTHER' WHERE name = 'settle/MAIN'", "SnapshotDiffers acct/")]
    public async Task A_settlement_that_does_not_fit_is_told(string change, string finding)
    {
        await using var ground = await Ground.OpenAsync("sqlite");
        await ground.TradeAsync(600, settlementDays: 2);
        Assert.NotEqual(0, await ground.ChangeAsync(change));

        var report = await ground.VerifyAsync();

        Assert.Contains(
            report.Findings, found => $"{found.Kind} {found.Stream}".StartsWith(finding, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task An_empty_journal_is_sound(string kind)
    {
        await using var ground = await Ground.OpenAsync(kind, server);
        await using (var store = ground.Store())
        {
            await store.InitializeAsync(Ground.Cancellation);
        }

        Assert.True((await ground.VerifyAsync()).IsClean);
    }

    [Theory]
    [InlineData("UPDATE stream_head SET head = head - 1 WHERE name = 'book/SYM1'", "HeadDiffers book/SYM1")]
    [InlineData("UPDATE stream_head SET head = head + 1 WHERE name = 'book/SYM1'", "RecordMissing book/SYM1")]
    [InlineData("UPDATE stream_head SET chain = chain + 1 WHERE name = 'acct/10001'", "HeadDiffers acct/10001")]
    [InlineData("UPDATE stream_head SET epoch = 0 WHERE name = 'book/SYM0'", "HeadDiffers book/SYM0")]
    [InlineData("UPDATE stream_head SET name = 'book/OTHER' WHERE name = 'book/SYM0'", "BookDiverges book/OTHER")]
    [InlineData("UPDATE stream_head SET name = 'acct/77' WHERE name = 'acct/10001'", "AccountContradicts acct/77")]
    [InlineData("DELETE FROM stream_head WHERE name = 'acct/10003'", "AccountContradicts book/")]
    [InlineData("DELETE FROM frame_stream WHERE first_seq = (SELECT MAX(first_seq) FROM frame_stream)", "IndexDiffers")]
    [InlineData("UPDATE snapshot SET crc = crc + 1 WHERE seq = (SELECT MAX(seq) FROM snapshot)", "SnapshotDamaged")]
    [InlineData("UPDATE snapshot SET seq = seq + 1 WHERE seq = (SELECT MAX(seq) FROM snapshot)", "Snapshot")]
    public async Task Rows_that_do_not_fit_are_told(string change, string finding)
    {
        await using var ground = await Ground.OpenAsync("postgres", server);
        await ground.TradeAsync(600);
        Assert.NotEqual(0, await ground.ChangeAsync(change));

        var report = await ground.VerifyAsync();

        Assert.Contains(
            report.Findings, found => $"{found.Kind} {found.Stream}".StartsWith(finding, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task A_frame_that_is_lost_is_a_record_missing_of_each_of_its_streams(string kind)
    {
        await using var ground = await Ground.OpenAsync(kind, server);
        await ground.TradeAsync(600);
        var frames = Frames(ground);
        var lost = frames[frames.Count / 2].Id;
        await ground.ChangeAsync($"DELETE FROM frame WHERE writer_id = {lost.WriterId} AND frame_no = {lost.FrameNo}");

        var report = await ground.VerifyAsync();

        Assert.Contains(
            report.Findings, found => found is { Kind: FindingKind.RecordMissing, Stream: not null, Sequence: > 0 });
        Assert.Contains(report.Findings, found => found.Kind == FindingKind.IndexDiffers);
    }

    [Fact]
    public async Task A_record_that_was_rewritten_with_all_its_checksums_is_found_by_running_it_again()
    {
        await using var ground = await Ground.OpenAsync("sqlite");
        await using (var store = ground.Store())
        {
            await store.InitializeAsync(Ground.Cancellation);
            await using var writer = new JournalWriter(store, new JournalWriterOptions(), TimeProvider.System);
            var book = new BookMachine("FAKE");
            var stream = await writer.OpenAsync("book/FAKE", Ground.Cancellation);
            stream.Append(BookRecordEncoding.Encode(book.Define(Listed("FAKE"), 1)!));
            var accepted = (OrderAccepted)book.Submit(Order(account: 5, number: 1), 2);
            stream.Append(BookRecordEncoding.Encode(accepted with { LeavesLots = accepted.LeavesLots - 1 }));
            await stream.WhenDurable(stream.Head);
        }

        var finding = Assert.Single((await ground.VerifyAsync()).Findings);

        Assert.Equal((FindingKind.BookDiverges, "book/FAKE", 2), (finding.Kind, finding.Stream, finding.Sequence));
    }

    [Fact]
    public async Task An_order_in_a_book_that_its_account_never_held_is_told()
    {
        await using var ground = await Ground.OpenAsync("sqlite");
        await ground.TradeAsync(300, snapshots: false);
        await using (var store = ground.Store())
        {
            await store.InitializeAsync(Ground.Cancellation);
            var machine = new BookMachine("SYM0");
            await foreach (var record in store.ReadAsync("book/SYM0", 1, long.MaxValue, Ground.Cancellation))
            {
                machine.Replay(record.Sequence, record.Body.Span);
            }

            await using var writer = new JournalWriter(store, new JournalWriterOptions(), TimeProvider.System);
            var stream = await writer.OpenAsync("book/SYM0", Ground.Cancellation);
            stream.Append(
                BookRecordEncoding.Encode(machine.Submit(Order(account: 10_000, number: 999_999), machine.TimeNanos)));
            await stream.WhenDurable(stream.Head);
        }

        var report = await ground.VerifyAsync();

        Assert.Contains(report.Findings, found => found.Kind == FindingKind.AccountContradicts
            && found.What.Contains("never held", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    public async Task A_snapshot_that_an_older_release_wrote_of_a_book_is_compared_as_it_wrote_it(
        int stateOf, int findings)
    {
        await using var ground = await Ground.OpenAsync("sqlite");
        await ground.TradeAsync(600);
        await using (var store = ground.Store())
        {
            await store.InitializeAsync(Ground.Cancellation);
            var snapshots =
                await store.SnapshotsAsync("book/SYM0", Ground.Cancellation).ToListAsync(Ground.Cancellation);
            var written = BookMachine.Restore("SYM0", snapshots[stateOf].Body.Span).SnapshotOf(7);
            var epoch = (await store.HeadsAsync("book/SYM0", Ground.Cancellation))[0].Epoch;
            await store.PutSnapshotAsync("book/SYM0", epoch, snapshots[0].Sequence, written, Ground.Cancellation);
        }

        var report = await ground.VerifyAsync();

        Assert.Equal(findings, report.FindingCount);
        Assert.All(
            report.Findings,
            found => Assert.Equal((FindingKind.SnapshotDiffers, "book/SYM0"), (found.Kind, found.Stream)));
    }

    [Fact]
    public async Task A_snapshot_of_an_account_that_this_release_would_not_use_is_not_wrong()
    {
        await using var ground = await Ground.OpenAsync("sqlite");
        await ground.SplitAsync(part => part);
        var before = await ground.VerifyAsync();
        await using (var store = ground.Store())
        {
            await store.InitializeAsync(Ground.Cancellation);
            var newest = await store.SnapshotsAsync("acct/10002", Ground.Cancellation).FirstAsync(Ground.Cancellation);
            byte[] older = [12, .. newest.Body[1..].Span];
            var epoch = (await store.HeadsAsync("acct/10002", Ground.Cancellation))[0].Epoch;
            await store.PutSnapshotAsync("acct/10002", epoch, newest.Sequence, older, Ground.Cancellation);
        }

        var report = await ground.VerifyAsync();

        Assert.Empty(report.Findings);
        Assert.Equal(before.Snapshots - 1, report.Snapshots);
    }

    [Fact]
    public async Task A_snapshot_with_right_checksums_and_a_wrong_state_is_told()
    {
        await using var ground = await Ground.OpenAsync("sqlite");
        await ground.TradeAsync(600);
        await using (var store = ground.Store())
        {
            await store.InitializeAsync(Ground.Cancellation);
            foreach (var stream in (string[])["book/SYM0", "acct/10002"])
            {
                var snapshots = new List<StreamSnapshot>();
                await foreach (var snapshot in store.SnapshotsAsync(stream, Ground.Cancellation))
                {
                    snapshots.Add(snapshot);
                }

                // The older state under the newer sequence.
                var epoch = (await store.HeadsAsync(stream, Ground.Cancellation))[0].Epoch;
                await store.PutSnapshotAsync(
                    stream, epoch, snapshots[0].Sequence, snapshots[1].Body, Ground.Cancellation);
            }
        }

        var report = await ground.VerifyAsync();

        Assert.Contains(report.Findings, found => found is { Kind: FindingKind.SnapshotDiffers, Stream: "book/SYM0" });
        Assert.Contains(report.Findings, found => found is { Stream: "acct/10002" });
        Assert.Equal(2, report.FindingCount);
    }

    [Fact]
    public async Task Damage_in_one_book_leaves_the_others_judged()
    {
        await using var ground = await Ground.OpenAsync("sqlite");
        var hashes = await ground.TradeAsync(900, snapshots: false);
        var frames = Frames(ground);
        await using (var store = ground.Store())
        {
            await store.InitializeAsync(Ground.Cancellation);
        }

        var last = frames[^1];
        last.Body[^1] ^= 1;
        await ground.ChangeAsync(
            $"UPDATE frame SET body = x'{Convert.ToHexString(last.Body)}' WHERE writer_id = {last.Id.WriterId} AND frame_no = {last.Id.FrameNo}");

        var report = await ground.VerifyAsync();

        var damaged = Assert.Single(report.Findings, found => found.Kind == FindingKind.RecordDamaged);
        Assert.Single(report.Findings, found => found.Kind == FindingKind.FrameDamaged);
        Assert.Equal(2, report.FindingCount);
        Assert.Equal(
            hashes.Where(book => "book/" + book.Key != damaged.Stream),
            report.Books.Where(book => "book/" + book.Symbol != damaged.Stream)
                .ToDictionary(book => book.Symbol, book => book.StateHash));
    }

    [Theory]
    [InlineData("", false, null)]
    [InlineData("", true, null)]
    [InlineData("amount", false, "are on record")]
    [InlineData("units", true, "are on record")]
    [InlineData("action", false, "which was not announced, or twice")]
    public async Task A_part_of_a_corporate_action_that_is_not_what_the_account_had_is_told(
        string change, bool paysLater, string? finding)
    {
        await using var ground = await Ground.OpenAsync("sqlite");
        var count = 0;
        await ground.PayDividendAsync(paysLater, part => count++ > 0 ? part : change switch
        {
            "amount" => part with { Amount = part.Amount + 1 },
            "units" => part with { Units = part.Units + 1 },
            "action" => part with { Action = "another" },
            _ => part,
        });

        var report = await ground.VerifyAsync();

        if (finding is null)
        {
            Assert.Empty(report.Findings);
            Assert.True(report.Snapshots > 6);
        }
        else
        {
            Assert.Contains(
                report.Findings,
                found => found.Stream == "acct/10000" && found.What.Contains(finding, StringComparison.Ordinal));
            Assert.All(report.Findings, found => Assert.Equal(FindingKind.ActionDiffers, found.Kind));
        }
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("change", "which change by")]
    [InlineData("units", "are on record")]
    [InlineData("amount", "are on record")]
    public async Task A_part_of_a_split_that_is_not_what_the_account_had_is_told(string change, string? finding)
    {
        await using var ground = await Ground.OpenAsync("sqlite");
        var count = 0;
        await ground.SplitAsync(part => count++ > 0 ? part : change switch
        {
            "change" => part with { Change = part.Change + 1 },
            "units" => part with { Units = part.Units + 1 },
            "amount" => part with { Amount = part.Amount + 1 },
            _ => part,
        });

        var report = await ground.VerifyAsync();

        if (finding is null)
            Assert.Empty(report.Findings);
        else
            Assert.Contains(report.Findings, found => found is { Kind: FindingKind.ActionDiffers, Stream: "acct/10000" }
                && found.What.Contains(finding, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_symbol_change_that_leaves_something_under_the_old_name_is_told(bool isShort)
    {
        await using var ground = await Ground.OpenAsync("sqlite");
        var count = 0;
        await ground.ChangeSymbolAsync(part => isShort && count++ == 0 ? part with { Units = part.Units - 1 } : part);
        var report = await ground.VerifyAsync();
        if (isShort)
            Assert.Contains(report.Findings, found => found is { Kind: FindingKind.ActionDiffers, Stream: "acct/10000" }
                && found.What.Contains("it had 70", StringComparison.Ordinal));
        else
            Assert.Empty(report.Findings);
    }

    private static List<FrameRow> Frames(Ground ground)
    {
        using var image = JournalImage.Open(ground.Place.Text);
        return [.. image.Frames()];
    }

    private static SubmitOrder Order(long account, long number) => new(
        account, number, $"n{number}", Side.Buy, OrderType.Limit, TimeInForce.GoodTillCancel, false, 1, 5, 0, 0, 0, 0);

    private static EncodedInstrument Listed(string symbol) => EncodedInstrument.From(new Instrument
    {
        Symbol = symbol,
        Base = new Asset(symbol, 0),
        Quote = new Asset("USD", 2),
        PriceDecimals = 2,
        TickSize = 1,
        QuantityDecimals = 0,
        LotSize = 1,
    });
}
