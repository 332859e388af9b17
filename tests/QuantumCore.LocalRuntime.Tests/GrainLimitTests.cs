using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.LocalRuntime.Tests;

/// <summary>Limits that callers meet: a cluster of their own, set to be met soon.</summary>
public sealed class GrainLimitTests
{
    [Fact]
    public async Task A_call_that_is_not_answered_in_time_fails_and_the_grain_goes_on()
    {
        await using var cluster = await GrainCluster.StartAsync(new GrainClusterOptions
        {
            ResponseTimeout = TimeSpan.FromSeconds(1),
            GrainAssemblies = [typeof(DeskGrain).Assembly],
        });
        var (desk, gate) = (cluster.Grains.GetGrain<IDesk>(Signals.NewName()), Signals.NewName());
        await desk.Touch();
        var serving = desk.Serve(gate);
        await Signals.Wait($"in:{gate}");
        var queued = desk.Note(7);
        await Signals.Within(Assert.ThrowsAsync<TimeoutException>(() => serving), "time-out of the running call");
        await Signals.Within(Assert.ThrowsAsync<TimeoutException>(() => queued), "time-out of the waiting call");
        Signals.Raise(gate);
        Assert.Equal(3, await desk.Add(1, 2));
        Assert.Equal([-1, -2], await desk.Notes());
    }

    [Fact]
    public async Task An_activation_refuses_more_requests_than_its_limit()
    {
        await using var cluster = await GrainCluster.StartAsync(new GrainClusterOptions
        {
            MaxRequestsPerActivation = 10,
            GrainAssemblies = [typeof(DeskGrain).Assembly],
        });
        var (desk, gate) = (cluster.Grains.GetGrain<IDesk>(Signals.NewName()), Signals.NewName());
        var serving = desk.Serve(gate);
        await Signals.Wait($"in:{gate}");
        var notes = Enumerable.Range(0, 50).Select(desk.Note).ToArray();
        await Signals.Within(Assert.ThrowsAsync<LimitExceededException>(() => Task.WhenAny(notes).Unwrap()), "refusal");
        Signals.Raise(gate);
        await Signals.Within(serving, "end of service");
        await Signals.Within(Task.WhenAll(notes).ContinueWith(_ => { }, TaskScheduler.Default), "answers to all");
        Assert.InRange(notes.Count(note => note.IsCompletedSuccessfully), 5, 15);
        Assert.All(notes.Where(note => note.IsFaulted), note => Assert.IsType<LimitExceededException>(note.Exception!.InnerException));
    }
}
