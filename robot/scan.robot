*** Settings ***
Documentation       ``bugcapture scan`` finds tests that lie, and says the same in all formats.
Resource            commands.resource
Test Setup          Make A Project
Test Teardown       Remove The Project


*** Test Cases ***
A Variable That Stays Is Found
    Create File    ${PROJECT}/tests/test_region.py
    ...    import os\n\n\ndef test_region():\n${SPACE * 4}os.environ["REGION"] = "eu"\n
    ${result} =    Bugcapture    1    scan
    Should Start With    ${result.stdout}    tests/test_region.py:5:5: ENV401 medium:
    ${result} =    Bugcapture    1    scan    --format\=json
    ${document} =    Read JSON    ${result.stdout}    bugcapture.scan/1
    Should Be Equal    ${document}[findings][0][rule]    ENV401
    ${result} =    Bugcapture    0    scan    --select\=MK
    Should Be Empty    ${result.stdout}

A File That Cannot Be Parsed Fails The Scan
    Create File    ${PROJECT}/tests/test_region.py    import os\nos.environ[\n
    ${result} =    Bugcapture    1    scan
    Should Start With    ${result.stdout}    tests/test_region.py:2: P1 cannot be parsed
