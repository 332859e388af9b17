using System.Diagnostics;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using QuantumCore.Contracts;
using QuantumCore.Journal;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>Sign-ins at an exchange that has as many users as it may have.</summary>
public sealed class ManyUsersTests
{
    private const string Password = "correct horse";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // Measures time.
    [Fact]
    [Trait("Suite", "Nightly")]
    public async Task Sign_in_costs_the_same_with_100_000_users_as_with_ten()
    {
        await using var few = await OpenAsync(10);
        await using var many = await OpenAsync(User.Most);

        // A scan of all users takes a hundred times as long as a whole request. The fastest of many requests is the
        // one that nothing else on the machine has delayed.
        var (fastestOfFew, fastestOfMany) = (TimeSpan.MaxValue, TimeSpan.MaxValue);
        for (var i = 0; i < 50; i++)
        {
            fastestOfFew = Least(fastestOfFew, await few.SignInAsync(i % 10));
            fastestOfMany = Least(fastestOfMany, await many.SignInAsync(User.Most - 1 - (i * 1_999)));
        }

        Assert.InRange(fastestOfMany, TimeSpan.Zero, 3 * fastestOfFew);

        static TimeSpan Least(TimeSpan one, TimeSpan other) => one < other ? one : other;
    }

    private static string NameOf(int number) => FormattableString.Invariant($"user-{number}");

    private static async Task<Crowd> OpenAsync(int users)
    {
        // The usual hash takes a tenth of a second, which would hide the rest.
        var hash = new PasswordHasher<string>(
            Options.Create(new PasswordHasherOptions { IterationCount = 1 })).HashPassword("", Password);
        var disk = new Disk();
        await disk.InitializeAsync();
        var time = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() * 1_000_000;
        await using (var writer = new JournalWriter(disk.Journal, new JournalWriterOptions(), TimeProvider.System))
        {
            var catalog = await writer.OpenAsync("catalog", Cancellation);
            for (var number = 0; number < users; number++)
            {
                var (name, account) = (NameOf(number), User.LastReservedAccount + 1 + number);
                var user = new User(name, account, UserRole.Customer, hash);
                catalog.Append(CatalogRecordEncoding.Encode(new UserSet(time, UserEvent.SignedUp, name, user, "")));
                catalog.Append(CatalogRecordEncoding.Encode(new OwnerSet(time, new OwnedAccount(account, name))));
                if (number % 5_000 == 0)
                    await catalog.WhenDurable(catalog.Head);
            }

            await catalog.WhenDurable(catalog.Head);
        }

        var minutes = new ShiftedTime();
        return new Crowd(await ServedExchange.OpenAsync(time: minutes, disk: disk), minutes);
    }

    private sealed class Crowd(ServedExchange exchange, ShiftedTime time) : IAsyncDisposable
    {
        private readonly Browser _browser = new(exchange.Address);

        public async Task<TimeSpan> SignInAsync(int number)
        {
            // A name and an address have few attempts a minute.
            time.Advance(TimeSpan.FromMinutes(1));
            var body = $$"""{"name":"{{NameOf(number)}}","password":"{{Password}}"}""";
            var started = Stopwatch.GetTimestamp();
            var (status, session) = await _browser.AskAsync("POST", "sessions", body);
            var took = Stopwatch.GetElapsedTime(started);
            Assert.Equal((200, NameOf(number)), (status, session.GetProperty("user").GetString()));
            return took;
        }

        public async ValueTask DisposeAsync()
        {
            _browser.Dispose();
            await exchange.DisposeAsync();
        }
    }
}
