using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>Instrument and time of a book.</summary>
public class BookMachineStateTests
{
    private const long Minute = 60_000_000_000;

    private readonly BookMachineState _book = new("AAPL");

    [Fact]
    public void Book_without_an_instrument_has_no_core_and_nothing_expires()
    {
        Assert.Throws<InvalidOperationException>(() => _book.Core);
        Assert.False(_book.IsExpiryDue(long.MaxValue));
    }

    [Fact]
    public void Same_definition_gives_no_record()
    {
        Assert.NotNull(Define(Listed.Aapl, 5));
        Assert.Null(Define(Listed.Aapl, 6));
        Assert.Equal((1, 5), (_book.Sequence, _book.TimeNanos));
    }

    [Fact]
    public void Fees_of_an_instrument_change_and_its_units_do_not()
    {
        _ = Define(Listed.Aapl, 5);
        Assert.NotNull(Define(Listed.Aapl with { TakerFeePpm = 1 }, 6));
        Assert.Equal(1, _book.Instrument!.TakerFeePpm);
        Assert.Throws<ArgumentException>(() => Define(Listed.Aapl with { LotSize = 10 }, 7));
        Assert.Equal(2, _book.Sequence);
    }

    [Fact]
    public void Time_does_not_go_back()
    {
        _ = Define(Listed.Aapl, 2 * Minute);
        Assert.Equal(2 * Minute, _book.At(5));
        Assert.Equal(3 * Minute, _book.At(3 * Minute));
    }

    [Fact]
    public void Corrected_time_goes_back_in_the_core_too()
    {
        _ = Define(Listed.Aapl, 2 * Minute);
        Assert.Equal(RejectReason.None, _book.Core.AdvanceTime(2 * Minute));
        _book.CorrectsTime = true;
        Assert.Equal(5, _book.At(5));
        Assert.Equal(5, _book.TimeNanos);
        Assert.Equal(RejectReason.None, _book.Core.AdvanceTime(5));
    }

    private BookRecord? Define(Instrument instrument, long now) =>
        _book.Define(EncodedInstrument.From(instrument), now);
}
