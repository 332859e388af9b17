using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>Records of books on their way to accounts, market data and alerts.</summary>
public sealed class RecordConverterTests : IDisposable
{
    private static readonly BookTurn s_bust = new(
        5,
        new RecordedTrade(new TradePlace(3, 1), 4, Trade(100)).Change(0),
        RejectReason.None,
        TradingPhase.Continuous,
        [
            new OrderEnded(1001, 7, 70, Side.Buy, EndReason.GoodTillDate, 100, 0, 10),
            new TradeReversed(Trade(90)),
        ],
        [new LevelState(Side.Buy, 100, 0, 0)],
        null);

    private static readonly BookDelivery s_delivery = new(
        "AAPL", [new DeliveredRecord(8, 6, s_bust), new DeliveredRecord(9, 8, new NothingFound(6, 1001, 71))]);

    private static readonly BookBatch s_batch = new("AAPL", 8, [s_bust, new NothingFound(6, 1001, 71)]);

    private readonly ServiceProvider _services = new ServiceCollection().AddSerializer().BuildServiceProvider();

    [Fact]
    public void Another_process_receives_the_record_of_the_journal()
    {
        var serializer = _services.GetRequiredService<Serializer<BookDelivery>>();
        var bytes = serializer.SerializeToArray(s_delivery);
        Assert.True(bytes.AsSpan().IndexOf(BookRecordEncoding.Encode(s_bust)) > 0);

        var received = Assert.IsType<BookDelivery>(serializer.Deserialize(bytes));
        Assert.Equal("AAPL", received.Symbol);
        Assert.Equal([(8L, 6L), (9L, 8L)], received.Records.Select(one => (one.Sequence, one.PreviousSequence)));
        var bust = Assert.IsType<BookTurn>(received.Records[0].Record);
        Assert.Equal(s_bust.Command, bust.Command);
        Assert.Equal(s_bust.Steps, bust.Steps);
        Assert.Equal(s_delivery.Records[1].Record, received.Records[1].Record);
    }

    [Fact]
    public void Another_process_receives_a_batch_as_the_journal_has_it()
    {
        var serializer = _services.GetRequiredService<Serializer<BookBatch>>();
        var bytes = serializer.SerializeToArray(s_batch);
        Assert.True(bytes.AsSpan().IndexOf(BookRecordEncoding.Encode(s_bust)) > 0);

        var received = Assert.IsType<BookBatch>(serializer.Deserialize(bytes));
        Assert.Equal(("AAPL", 8L, 2), (received.Symbol, received.FirstSequence, received.Records.Length));
        Assert.Equal(s_bust.Steps, Assert.IsType<BookTurn>(received.Records[0]).Steps);
        Assert.Equal(s_batch.Records[1], received.Records[1]);
    }

    [Fact]
    public void The_same_process_receives_the_records_themselves()
    {
        Assert.Same(
            s_bust, _services.GetRequiredService<DeepCopier<BookDelivery>>().Copy(s_delivery).Records[0].Record);
        Assert.Same(s_bust, _services.GetRequiredService<DeepCopier<BookBatch>>().Copy(s_batch).Records[0]);
    }

    public void Dispose() => _services.Dispose();

    private static MatchedTrade Trade(long priceTicks) =>
        new(Side.Buy, priceTicks, 4, new(1001, 1, 12, 30), new(1002, 5, 11, -9));
}
