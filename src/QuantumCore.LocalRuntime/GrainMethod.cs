using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Reflection;

namespace QuantumCore.LocalRuntime;

/// <summary>A method of a grain interface: its attributes, and how it is called on the grain object.</summary>
internal abstract class GrainMethod
{
    private static readonly ConcurrentDictionary<MethodInfo, GrainMethod> s_methods = new();

    private protected GrainMethod(MethodInfo method)
    {
        Name = $"{method.DeclaringType!.Name}.{method.Name}";
        AlwaysInterleave = method.IsDefined(typeof(AlwaysInterleaveAttribute));
        ReadOnly = method.IsDefined(typeof(ReadOnlyAttribute));
        OneWay = method.IsDefined(typeof(OneWayAttribute));
        ResponseTimeout = method.GetCustomAttribute<ResponseTimeoutAttribute>()?.Timeout;
        TokenIndex = Array.FindIndex(method.GetParameters(), p => p.ParameterType == typeof(CancellationToken));
    }

    internal string Name { get; }

    internal bool AlwaysInterleave { get; }

    internal bool ReadOnly { get; }

    internal bool OneWay { get; }

    internal TimeSpan? ResponseTimeout { get; }

    /// <summary>Which argument is the caller's cancellation token; -1 if there is none.</summary>
    internal int TokenIndex { get; }

    /// <summary>The description of an interface method.</summary>
    /// <exception cref="NotSupportedException">The method does not return a task, or is generic.</exception>
    internal static GrainMethod Of(MethodInfo method) =>
        s_methods.TryGetValue(method, out var known) ? known : s_methods.GetOrAdd(method, Describe);

    /// <summary>Sends the call and returns the task the caller awaits, of the method's return type.</summary>
    internal abstract object Call(GrainReference target, object?[] arguments);

    private static GrainMethod Describe(MethodInfo method)
    {
        var type = method.ReturnType;
        var open = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
        var kind = open == typeof(Task) ? Returns.Task
            : open == typeof(Task<>) ? Returns.TaskOfResult
            : open == typeof(ValueTask) ? Returns.ValueTask
            : open == typeof(ValueTask<>) ? Returns.ValueTaskOfResult
            : throw new NotSupportedException(
                $"{method.DeclaringType}.{method.Name} returns {type}: a grain method returns Task or ValueTask.");
        if (method.IsGenericMethod)
            throw new NotSupportedException($"{method.DeclaringType}.{method.Name} is generic.");

        var result = type.IsGenericType ? type.GetGenericArguments()[0] : typeof(Nothing);
        return (GrainMethod)Activator.CreateInstance(typeof(GrainMethod<>).MakeGenericType(result), method, kind)!;
    }
}

internal enum Returns
{
    Task,
    TaskOfResult,
    ValueTask,
    ValueTaskOfResult,
}

/// <summary>The result of a method that has none.</summary>
internal readonly struct Nothing;

internal sealed class GrainMethod<TResult> : GrainMethod
{
    private readonly Returns _returns;

    public GrainMethod(MethodInfo method, Returns returns)
        : base(method)
    {
        _returns = returns;
        Invoke = Compile(method, returns);
    }

    /// <summary>Calls the method on a grain object.</summary>
    internal Func<object, object?[], ValueTask<TResult>> Invoke { get; }

    internal override object Call(GrainReference target, object?[] arguments)
    {
        if (TokenIndex >= 0 && arguments[TokenIndex] is CancellationToken { IsCancellationRequested: true } cancelled)
            return ToReturnType(Task.FromCanceled<TResult>(cancelled));

        var call = new GrainCall<TResult>(this, target, arguments);
        target.Runtime.Dispatch(target, call);
        return ToReturnType(OneWay ? Task.FromResult<TResult>(default!) : call.Answer);
    }

    private static Func<object, object?[], ValueTask<TResult>> Compile(MethodInfo method, Returns returns)
    {
        var grain = Expression.Parameter(typeof(object));
        var arguments = Expression.Parameter(typeof(object?[]));
        var call = Expression.Call(
            Expression.Convert(grain, method.DeclaringType!),
            method,
            method.GetParameters().Select((parameter, i) => Expression.Convert(
                Expression.ArrayIndex(arguments, Expression.Constant(i)), parameter.ParameterType)));
        Expression body = returns switch
        {
            Returns.ValueTaskOfResult => call,
            Returns.TaskOfResult => Expression.New(typeof(ValueTask<TResult>).GetConstructor([typeof(Task<TResult>)])!, call),
            Returns.Task => Expression.Call(((Func<Task, ValueTask<TResult>>)WithoutResult).Method, call),
            Returns.ValueTask => Expression.Call(((Func<ValueTask, ValueTask<TResult>>)WithoutResult).Method, call),
        };
        return Expression.Lambda<Func<object, object?[], ValueTask<TResult>>>(body, grain, arguments).Compile();
    }

    private static ValueTask<TResult> WithoutResult(Task task)
    {
        return task.IsCompletedSuccessfully ? default : Wait(task);

        static async ValueTask<TResult> Wait(Task task)
        {
            await task;
            return default!;
        }
    }

    private static ValueTask<TResult> WithoutResult(ValueTask task)
    {
        if (!task.IsCompletedSuccessfully)
            return WithoutResult(task.AsTask());

        // A pooled source is free again only once its result was taken.
#pragma warning disable VSTHRD103 // It is complete.
        task.GetAwaiter().GetResult();
#pragma warning restore VSTHRD103
        return default;
    }

    private object ToReturnType(Task<TResult> answer) => _returns switch
    {
        Returns.Task or Returns.TaskOfResult => answer,
        Returns.ValueTask => new ValueTask(answer),
        Returns.ValueTaskOfResult => new ValueTask<TResult>(answer),
    };
}
