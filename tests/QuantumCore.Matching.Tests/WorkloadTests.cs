using System.Security.Cryptography;
using System.Text;
using QuantumCore.Bench;
using QuantumCore.Bench.Consensus;
using QuantumCore.Bench.Exchange;
using QuantumCore.Bench.Ops;
using QuantumCore.Instruments;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Matching.Tests;

/// <summary>The book against the results of other engines on the same operations.</summary>
public class WorkloadTests
{
    public static TheoryData<string, int, int, int, ulong, string, int, long, ulong> Small => new()
    {
        {
            "normal", 1, 4_000, 16, 42, "66f8e4af24336836e4bedb5ebe3c3069",
            470_634, 9_851_424, 0x495b_fa91_4d90_4aef
        },
        {
            "sym100", 100, 1_000, 16, 44, "bd3a12fbdfc727709dfef4b3d37e4b12",
            396_353, 8_004_147, 0x764a_de1f_6b6b_a479
        },
    };

    public static TheoryData<string, int, int, int, ulong, string, int, long, ulong> Deep => new()
    {
        {
            "deep", 1, 1_000_000, 1_000, 43, "3febe8b5ebeece5d9e87c25715bf179b",
            355_906, 7_115_076, 0x7dc4_746e_9239_d047
        },
    };

    [Theory]
    [MemberData(nameof(Small))]
    public void Three_million_operations_end_as_with_all_other_engines(
        string name, int symbols, int depth, int width, ulong seed, string digest, int trades, long lots, ulong hash) =>
        Play(name, OpsGenerator.Generate(symbols, depth, 3_000_000, width, seed), digest, trades, lots, hash);

    [Theory]
    [MemberData(nameof(Deep))]
    [Trait("Suite", "Slow")]
    public void So_they_do_among_a_million_resting_orders(
        string name, int symbols, int depth, int width, ulong seed, string digest, int trades, long lots, ulong hash) =>
        Play(name, OpsGenerator.Generate(symbols, depth, 3_000_000, width, seed), digest, trades, lots, hash);

    [Fact]
    public void A_second_round_on_the_same_books_ends_the_same_and_allocates_nothing()
    {
        var replay = new OpsReplay(OpsGenerator.Generate(symbols: 3, depth: 100, count: 20_000, width: 4, seed: 7));
        var first = replay.Play([]);
        var second = replay.Play([]);
        Assert.Equal(first.Outcome, second.Outcome);
        Assert.InRange(second.Outcome.Trades, 1_000, 20_000);
        Assert.Equal(0, second.Outcome.Refused);
        Assert.Equal(0, second.AllocatedBytes);
    }

    [Fact]
    public void A_file_of_a_preload_alone_has_no_latencies()
    {
        OpsRecord[] records = [new() { Verb = OpsVerb.New, PriceTicks = 5, QuantityLots = 1, Id = 1 }];
        var replay = new OpsReplay(new OpsFile(1, 1, 1, 1, 10, 0, records));
        Assert.Equal(default, OpsCommand.Latencies(replay, rounds: 2, replay.Play([])));
    }

    [Theory]
    [InlineData("FILE")]
    [InlineData("FILE", "--repeat", "1")]
    [InlineData("--repeat", "1", "FILE")]
    [InlineData("--repeat", "1", "FILE", "--seed", "2")]
    public void A_file_stands_before_or_after_the_options(params string[] arguments)
    {
        var options = Options.WithFile("no file", arguments, out var path, "--repeat", "--seed");
        Assert.Equal(("FILE", arguments.Length > 1 ? 1 : 3), (path, options.Number("--repeat", 3)));
    }

    [Theory]
    [InlineData("no file")]
    [InlineData("no file", "--repeat")]
    [InlineData("no file", "--repeat", "1")]
    [InlineData("'--rep' is no option here", "--rep", "1", "FILE")]
    [InlineData("'OTHER' is no option here, or has no value", "FILE", "OTHER")]
    [InlineData("'--repeat' is no option here, or has no value", "FILE", "--repeat")]
    public void Arguments_that_make_no_sense_are_named(string problem, params string[] arguments) => Assert.Equal(
        problem,
        Assert.Throws<UsageException>(() => Options.WithFile("no file", arguments, out _, "--repeat")).Message);

    [Fact]
    public void An_operations_file_reads_as_it_was_written()
    {
        var path = Path.Combine(Path.GetTempPath(), $"operations-{Environment.ProcessId}.ops");
        try
        {
            var made = OpsGenerator.Generate(symbols: 2, depth: 10, count: 100, width: 200, seed: 1);
            using (var file = File.Create(path))
                made.Write(file);
            var read = OpsFile.Read(path);
            Assert.Equal(made.Records, read.Records);
            Assert.Equal(made with { Records = read.Records }, read);

            File.WriteAllBytes(path, File.ReadAllBytes(path)[..^1]);
            Assert.Throws<InvalidDataException>(() => OpsFile.Read(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Operation_on_an_unknown_order_is_rejected_and_its_replacement_enters()
    {
        OpsRecord[] records =
        [
            new() { Verb = OpsVerb.New, PriceTicks = 5, QuantityLots = 1, Id = 1 },
            new() { Verb = OpsVerb.Cancel, Reference = 2 },
            new() { Verb = OpsVerb.Cancel, Reference = 1, Symbol = 1 },
            new() { Verb = OpsVerb.Cancel },
            new() { Verb = OpsVerb.Replace, PriceTicks = 6, QuantityLots = 3, Id = 3, Reference = 2 },
            new() { Verb = OpsVerb.Market, Side = 1, QuantityLots = 9, Id = 2 },
        ];
        var replay = new OpsReplay(new OpsFile(2, 0, 3, 1, 10, 0, records));
        foreach (var round in Enumerable.Range(1, 2))
        {
            var outcome = replay.Play([]).Outcome;
            Assert.Equal((round, 2, 4, 3), (round, outcome.Trades, outcome.QuantityLots, outcome.Refused));
        }
    }

    [Fact]
    public void Ids_may_be_as_high_as_their_field_and_far_apart_and_a_market_order_has_no_price()
    {
        OpsRecord[] records =
        [
            new() { Verb = OpsVerb.New, PriceTicks = 5, QuantityLots = 1, Id = uint.MaxValue },
            new() { Verb = OpsVerb.New, PriceTicks = 5, QuantityLots = 2, Id = 7 },
            new() { Verb = OpsVerb.Cancel, Reference = 7 },
            new() { Verb = OpsVerb.Market, Side = 1, PriceTicks = 9, QuantityLots = 9, Id = 0 },
        ];
        var outcome = new OpsReplay(new OpsFile(1, 0, uint.MaxValue, 1, 10, 0, records)).Play([]).Outcome;
        Assert.Equal((1, 1, 0), (outcome.Trades, outcome.QuantityLots, outcome.Refused));
    }

    [Fact]
    public void An_order_that_replaces_one_that_has_gone_enters_all_the_same()
    {
        OpsRecord[] records =
        [
            new() { Verb = OpsVerb.New, Side = 0, PriceTicks = 5, QuantityLots = 1, Id = 1 },
            new() { Verb = OpsVerb.Market, Side = 1, QuantityLots = 1, Id = 2 },
            new() { Verb = OpsVerb.Replace, Side = 0, PriceTicks = 6, QuantityLots = 3, Id = 3, Reference = 1 },
            new() { Verb = OpsVerb.Market, Side = 1, QuantityLots = 3, Id = 4 },
        ];
        var outcome = new OpsReplay(new OpsFile(1, 0, 4, 1, 10, 0, records)).Play([]).Outcome;
        Assert.Equal((2, 4, 0), (outcome.Trades, outcome.QuantityLots, outcome.Refused));
    }

    [Fact]
    [Trait("Suite", "Gate")]
    public void Two_million_messages_are_reported_as_by_all_right_engines()
    {
        var messages = ConsensusFile.Read(OrderFlowFiles.Find("orders_normal_s23_n1000000.bin.gz"));
        Assert.Equal(1_996_097, messages.Length);
        Assert.Equal(
            "e9b2e3926854410b01a035aeb25dd05f1e597c233be8263de9eb49b6713d367e", ConsensusReplay.Hash(messages));
    }

    [Fact]
    public void Reports_of_one_message_are_sorted_by_kind()
    {
        ConsensusMessage[] messages =
        [
            new(ConsensusVerb.New, Side.Sell, false, 5, 10, 71, 100),
            new(ConsensusVerb.New, Side.Buy, false, 9, 11, 72, 99),
            new(ConsensusVerb.Modify, Side.Buy, false, 7, 12, 72, 100),
            new(ConsensusVerb.New, Side.Sell, true, 4, 13, 73, 100),
            new(ConsensusVerb.Modify, Side.Buy, false, 7, 14, 72, 100),
            new(ConsensusVerb.Cancel, Side.Buy, false, 0, 15, 72, 0),
        ];
        Assert.Equal(
            """
            0,10,1,71,100,5
            0,11,0,72,99,9
            1,12,100,5,71,72
            3,12,0,72,100,7
            0,13,1,73,100,4
            1,13,100,2,72,73
            2,13,1,73,100
            5,14,72
            4,15,72
            """,
            ConsensusReplay.Reports(messages));
    }

    [Fact]
    public void Each_round_of_messages_begins_with_an_empty_book_and_reports_the_same()
    {
        ConsensusMessage[] messages =
        [
            new(ConsensusVerb.New, Side.Sell, false, 5, 10, 71, 100),
            new(ConsensusVerb.New, Side.Buy, false, 9, 11, ulong.MaxValue, 99),
            new(ConsensusVerb.Modify, Side.Buy, false, 7, 12, ulong.MaxValue, 100),
            new(ConsensusVerb.New, Side.Sell, false, 1, 13, 73, 101),
        ];
        var line = new StringBuilder();
        var replay = new ConsensusReplay(messages, reports =>
        {
            foreach (var report in reports)
                report.AppendTo(line);
        });
        replay.Play();
        var first = line.ToString();
        Assert.Contains("1,12,100,5,71,18446744073709551615", first, StringComparison.Ordinal);

        line.Clear();
        replay.Play();
        Assert.Equal(first, line.ToString());
    }

    [Fact]
    public void Messages_as_operations_trade_the_same_and_leave_out_what_is_gone()
    {
        ConsensusMessage[] messages =
        [
            new(ConsensusVerb.New, Side.Sell, false, 5, 10, 71, 100),
            new(ConsensusVerb.New, Side.Buy, false, 9, 11, 72, 99),
            new(ConsensusVerb.Modify, Side.Buy, false, 7, 12, 72, 100),
            new(ConsensusVerb.New, Side.Sell, true, 4, 13, 73, 100),
            new(ConsensusVerb.Modify, Side.Buy, false, 7, 14, 72, 100),
            new(ConsensusVerb.Cancel, Side.Buy, false, 0, 15, 72, 0),
            new(ConsensusVerb.New, Side.Buy, false, 1, 16, 72, 98),
            new(ConsensusVerb.Cancel, Side.Buy, false, 0, 17, 72, 0),
        ];
        var file = ConsensusOps.From(messages);
        Assert.Equal("NNRINC", string.Concat(file.Records.Select(record => (char)record.Verb)));
        Assert.Equal(
            (1u, 5u, 98, 100), (file.Records[2].Reference - 1, file.MaxId, file.LowestTicks, file.HighestTicks));
        var outcome = new OpsReplay(file).Play([]).Outcome;
        Assert.Equal((2, 7, 0), (outcome.Trades, outcome.QuantityLots, outcome.Refused));
    }

    [Fact]
    public void No_messages_are_an_operations_file_of_none_and_a_price_too_high_for_one_is_named()
    {
        Assert.Empty(ConsensusOps.From([]).Records);
        var refused = Assert.Throws<InvalidDataException>(
            () => ConsensusOps.From([new(ConsensusVerb.New, Side.Sell, false, 5, 1, 7, 1L << 32)]));
        Assert.StartsWith("Message 1: an operations file has prices", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_under_an_id_that_is_in_the_book_is_refused()
    {
        ConsensusMessage[] twice =
        [
            new(ConsensusVerb.New, Side.Sell, false, 5, 1, 7, 100),
            new(ConsensusVerb.New, Side.Sell, false, 5, 2, 7, 100),
        ];
        var refused = Assert.Throws<InvalidDataException>(() => ConsensusReplay.Hash(twice));
        Assert.Equal("Message 2: order 7 is in the book already.", refused.Message);
    }

    private static void Play(string name, OpsFile file, string digest, int trades, long lots, ulong hash)
    {
        using var bytes = new MemoryStream();
        file.Write(bytes);
        // The published check value is an MD5.
#pragma warning disable CA5351
        Assert.Equal(
            (name, digest),
            (name, Convert.ToHexStringLower(MD5.HashData(bytes.GetBuffer().AsSpan(0, (int)bytes.Length)))));
#pragma warning restore CA5351

        var outcome = new OpsReplay(file).Play([]).Outcome;
        Assert.Equal((trades, lots, hash, 0), (outcome.Trades, outcome.QuantityLots, outcome.Hash, outcome.Refused));
    }
}
