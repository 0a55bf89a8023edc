*** Settings ***
Documentation       ``bugcapture prove`` in a repository; bug 7 is captured on ``main``, and a branch is to fix it.
Resource            commands.resource
Test Setup          Begin A Fix
Test Teardown       Remove The Project


*** Variables ***
${RIGHT}            def total(prices):\n\ \ \ \ return sum(prices)\n
${WRONG}            def total(prices):\n\ \ \ \ return sum(prices[1:]) + 1\n


*** Test Cases ***
A Fix Is Proven
    Fix The Shop    ${RIGHT}
    Bugcapture    0    graduate    7
    Commit    fix: count every item
    ${result} =    Bugcapture    0    prove    7    --hunks
    Should Contain    ${result.stdout}    bug 7: PROVEN: red without the change, green with it
    Should Contain    ${result.stdout}    FAIL_TO_PASS \ features/cart.feature:5 Every item counts
    Should Contain    ${result.stdout}    every change of the program is noticed by a test that proves the fix
    Should Be Equal    ${result.stderr}    bugcapture: PROVEN: red without the change, green with it
    Nothing Should Be Left Behind

An Attestation For CI And A Table For The Pull Request
    Fix The Shop    ${RIGHT}
    Bugcapture    0    graduate    7
    Commit    fix: count every item
    ${result} =    Bugcapture    0    prove    7    --format\=json
    ${document} =    Read JSON    ${result.stdout}    bugcapture.prove/1
    Should Be Equal    ${document}[proof]    PROVEN
    ${tree} =    Git    rev-parse    HEAD^{tree}
    Should Be Equal    ${document}[head][tree]    ${tree}
    ${counted} =    Evaluate    {key: value for key, value in $document.items() if key not in ('schema', 'digest')}
    ${digest} =    Evaluate
    ...    'sha256:' + hashlib.sha256(json.dumps($counted, sort_keys=True, separators=(',', ':'), ensure_ascii=False).encode()).hexdigest()
    ...    modules=hashlib, json
    Should Be Equal    ${document}[digest]    ${digest}
    Bugcapture    0    prove    7    --format\=markdown    --output\=${PROJECT}-proof.md
    ${text} =    Get File    ${PROJECT}-proof.md
    Remove File    ${PROJECT}-proof.md
    Should Start With    ${text}    \#\#\# ✅ bug 7: PROVEN
    Should Contain    ${text}    | pass | FAIL_TO_PASS |

The Switch And A Half Fix Are No Proof
    Fix The Shop    ${RIGHT}
    Commit    fix: count every item
    ${result} =    Bugcapture    1    prove    7
    Should Contain    ${result.stdout}    bug 7: SWITCHED
    Fix The Shop    ${WRONG}
    Bugcapture    0    graduate    7
    Commit    fix: count most items
    ${result} =    Bugcapture    1    prove    7
    Should Contain    ${result.stdout}    bug 7: INCOMPLETE
    Should Contain    ${result.stderr}    bugcapture: with the change: behave exited 1
    Nothing Should Be Left Behind

A Branch In A Worktree Of Its Own Is Proven Without A Number
    Fix The Shop    ${RIGHT}
    Bugcapture    0    graduate    7
    Commit    fix: count every item
    Git    checkout    --quiet    main
    Git    worktree    add    --quiet    ${PROJECT}-linked    fix/7
    ${result} =    Run In Project    0    bugcapture    prove    --quiet    folder=${PROJECT}-linked
    Should Contain    ${result.stdout}    this branch: PROVEN
    Git    worktree    remove    ${PROJECT}-linked
    Nothing Should Be Left Behind

Wrong Calls
    Fix The Shop    ${RIGHT}
    Commit    fix: count every item
    ${result} =    Bugcapture    2    prove    9
    Should Contain    ${result.stderr}    no test of this revision belongs to bug \#9
    ${result} =    Bugcapture    2    prove    7    --base    nowhere
    Should Contain    ${result.stderr}    there is no revision nowhere
    Remove Directory    ${PROJECT}/.git    recursive=True
    ${result} =    Bugcapture    2    prove    7
    Should Contain    ${result.stderr}    this needs a git repository


*** Keywords ***
Begin A Fix
    Make A Repository
    Git    checkout    --quiet    -b    fix/7

Fix The Shop
    [Arguments]    ${program}
    Create File    ${PROJECT}/shop.py    ${program}

Commit
    [Arguments]    ${message}
    Git    add    --all
    Git    commit    --quiet    --message\=${message}

Nothing Should Be Left Behind
    ${listed} =    Git    worktree    list
    Should Not Contain    ${listed}    \n
    ${status} =    Git    status    --porcelain
    Should Be Empty    ${status}
