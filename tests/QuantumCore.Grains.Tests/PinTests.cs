using QuantumCore.Contracts;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>Books pinned to silos by operators: recorded in the catalog, so pins survive the process.</summary>
public class PinTests
{
    private static readonly string[] s_symbols = ["AAPL", "MSFT"];

    [Fact]
    public async Task A_pin_outlives_the_process_and_the_newest_one_counts()
    {
        await using var disk = new Disk();
        await using var dead = await Exchange.OpenAsync(disk, s_symbols, []);
        var catalog = dead.Grains.Catalog();
        Assert.Empty(await catalog.Pins());
        Assert.Null(await catalog.SetPin(new("AAPL", "west", "desk", "")));
        Assert.Null(await catalog.SetPin(new("MSFT", "west", "desk", "")));
        Assert.Null(await catalog.SetPin(new("AAPL", "east", "night desk", "beside its market maker")));
        Assert.Null(await catalog.SetPin(new("MSFT", "", "desk", "")));
        var before = Assert.Single(await catalog.Pins());
        Assert.Equal(
            ("AAPL", "east", "night desk", "beside its market maker"),
            (before.Book, before.Silo, before.By, before.Why));

        // An unchanged pin is not recorded again.
        Assert.Null(await catalog.SetPin(new("AAPL", "east", "somebody else", "")));
        await dead.CrashAsync();
        await using var exchange = await Exchange.StartAsync(disk);
        Assert.Equal(before, Assert.Single(await exchange.Grains.Catalog().Pins()));
    }

    [Fact]
    public async Task A_pin_is_of_a_listed_instrument_and_names_a_silo_in_a_word()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, ["AAPL"], []);
        var catalog = exchange.Grains.Catalog();
        Assert.Equal("it is not listed", await catalog.SetPin(new("MSFT", "east", "desk", "")));
        Assert.NotNull(await catalog.SetPin(new("AAPL", "two words", "desk", "")));
        Assert.NotNull(await catalog.SetPin(new("AAPL", new string('a', BookPinRequest.LongestSilo + 1), "desk", "")));
        Assert.Empty(await catalog.Pins());
    }
}
